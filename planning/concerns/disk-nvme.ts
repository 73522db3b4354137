import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskNvme: FactRule = {
  id: "disk.nvme",
  category: "Warning",
  label: "NVMe disk",
  why: "OpenStack's servers have no NVMe controller: /dev/nvme0n1 becomes /dev/sda, and a guest that mounts by name stops.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.disks
        .filter(({ controller }) => controller.bus === "nvme")
        .map(({ deviceKey }) => `disk ${deviceKey} is on an NVMe controller: the guest should mount by UUID or label`),
    ),
};
