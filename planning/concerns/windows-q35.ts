import { windowsRelease } from "../windows-release.ts";
import { entriesOf } from "../wave-entries.ts";
import { perVm, type Rule } from "./rule.ts";

export const windowsQ35: Rule = {
  id: "windows.q35",
  category: "Critical",
  label: "This Windows needs machine type q35",
  why: "Windows Server 2025 does not start on i440fx, which is many clouds' default for BIOS guests (apache/cloudstack#13241).",
  check: (view) =>
    perVm(view, ({ key, facts }) => {
      const release = windowsRelease(facts);
      const planned = entriesOf(view.file).find((vm) => vm.key === key);
      if (release?.needsQ35 !== true || planned === undefined) return [];
      const machine = planned.imageProperties["hw_machine_type"];
      if (machine !== undefined && /q35/.test(machine)) return [];
      return [
        `${release.name} would get machine type ${machine ?? "of the cloud's default"}, expected q35: ` +
          "set imageProperties hw_machine_type: q35 (and hw_disk_bus: sata or scsi, since q35 has no IDE)",
      ];
    }),
};
