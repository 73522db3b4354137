import { type FactRule, perFacts } from "./fact-rule.ts";

/** Places that virtio-blk finds on a PC's PCI bus beside the other devices; virtio-scsi takes hundreds. */
const COMFORTABLE = 26;

export const diskMany: FactRule = {
  id: "disk.many",
  category: "Warning",
  label: "Many disks",
  why: "Only virtio-scsi takes more than about 26 disks, and a cloud may allow fewer (Nova's max_disk_devices_to_attach).",
  checkFacts: (view) =>
    perFacts(view, ({ disks }) =>
      disks.length > COMFORTABLE
        ? [
            `${disks.length} disks, expected at most ${COMFORTABLE}: the guest needs the virtio-scsi driver; ask the cloud's ` +
              "owner how many volumes a server may have",
          ]
        : [],
    ),
};
