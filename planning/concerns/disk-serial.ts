import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskSerial: FactRule = {
  id: "disk.serial",
  category: "Information",
  label: "Guest sees serial numbers of its disks",
  why: "At the source the guest finds disks by VMware's UUID (disk.EnableUUID); in OpenStack the serial number is the volume's id.",
  checkFacts: (view) =>
    perFacts(view, ({ diskUuidVisible, disks }) =>
      diskUuidVisible === true && disks.length > 0
        ? [
            "disk.EnableUUID is on: what the guest names by serial number (/dev/disk/by-id, multipath, ASM, Kubernetes) " +
              "gets another name: use file system UUIDs or labels there",
          ]
        : [],
    ),
};
