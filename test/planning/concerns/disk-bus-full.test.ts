import { finds, many, one, silent, testRule } from "./cases.ts";

testRule("disk.bus-full", [
  finds("more disks than IDE takes", one({ ...many(5), guestId: "otherGuest" }), [
    "web01",
    "Critical",
    /5 disks, but ide takes 4/,
  ]),
  silent("as many as virtio-scsi likes", one(many(30))),
]);
