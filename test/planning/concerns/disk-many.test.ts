import { finds, many, one, silent, testRule } from "./cases.ts";

testRule("disk.many", [
  finds("more disks than virtio-blk takes", one(many(27)), ["web01", "Warning", /27 disks, expected at most 26/]),
  silent("as many as it takes", one(many(26))),
]);
