import { isWindows } from "../windows-release.ts";
import { softwareFindings } from "../software-findings.ts";
import type { FactRule } from "./fact-rule.ts";

export const softwareEncryption: FactRule = {
  id: "software.encryption",
  category: "Warning",
  label: "Guest may encrypt its disks",
  why: "An encrypted system disk cannot be converted, and asks for its recovery key on other hardware.",
  checkFacts: (view) => [
    ...softwareFindings(
      view,
      "encryption",
      "suspend or remove the encryption first, and have the recovery keys at hand",
    ),
    ...view.vms
      .filter((vm) => vm.tpm === true && isWindows(vm))
      .map(({ key }) => ({
        vm: key,
        assessment:
          "Windows with a vTPM: BitLocker may be on (no source tells). See `manage-bde -status`; if it is, suspend it " +
          "(`manage-bde -protectors -disable C: -RebootCount 0`) and export the recovery key",
      })),
  ],
};
