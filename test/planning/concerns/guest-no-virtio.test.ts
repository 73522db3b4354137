import { finds, one, testRule } from "./cases.ts";

testRule("guest.no-virtio", [
  finds("Windows", one({ guestId: "windows2022srvNext_64Guest" }), ["web01", "Warning", /hw_disk_bus: scsi/]),
]);
