import { perVm, type Rule } from "./rule.ts";

export const diskNvme: Rule = {
  id: "disk.nvme",
  category: "Warning",
  label: "NVMe disk",
  why: "OpenStack's servers have no NVMe controller: /dev/nvme0n1 becomes /dev/sda, and a guest that mounts by name stops.",
  check: (view) =>
    perVm(view, ({ facts }) =>
      facts.disks
        .filter(({ controller }) => controller.bus === "nvme")
        .map(({ deviceKey }) => `disk ${deviceKey} is on an NVMe controller: the guest should mount by UUID or label`),
    ),
};
