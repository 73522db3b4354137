import { finds, many, one, silent, testRule } from "./cases.ts";

const bus = (properties: Record<string, string>) => ({ imageProperties: properties });

testRule("disk.bus-full", [
  finds("more disks than IDE takes", one({ ...many(5), guestId: "otherGuest" }), [
    "web01",
    "Critical",
    /5 disks, but ide takes 4/,
  ]),
  finds("more disks than SATA takes", one(many(7), bus({ hw_disk_bus: "sata", hw_scsi_model: "" })), [
    "web01",
    "Critical",
    /7 disks, but sata takes 6/,
  ]),
  finds("more disks than an emulated SCSI controller takes", one(many(8), bus({ hw_scsi_model: "lsilogic" })), [
    "web01",
    "Critical",
    /8 disks, but scsi \(lsilogic\) takes 7/,
  ]),
  finds("more virtio disks than some clouds take", one(many(27), bus({ hw_disk_bus: "virtio", hw_scsi_model: "" })), [
    "web01",
    "Warning",
    /27 disks, but virtio takes 26/,
  ]),
  silent("as many as IDE takes", one({ ...many(4), guestId: "otherGuest" })),
  silent("as many virtio disks", one(many(26), bus({ hw_disk_bus: "virtio", hw_scsi_model: "" }))),
  silent(
    "many virtio disks of a q35",
    one(many(40), bus({ hw_disk_bus: "virtio", hw_scsi_model: "", hw_machine_type: "pc-q35-7.2" })),
  ),
  silent("as many as virtio-scsi likes", one(many(60))),
]);
