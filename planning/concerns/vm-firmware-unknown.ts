import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmFirmwareUnknown: FactRule = {
  id: "vm.firmware-unknown",
  category: "Critical",
  label: "Firmware is unknown",
  why: "A system installed for one of BIOS and UEFI does not boot from the other.",
  hard: true,
  checkFacts: (view) =>
    perFacts(view, ({ firmware }) =>
      firmware === null
        ? [
            "the source does not tell whether the VM boots by BIOS or UEFI: read it from vCenter, or say firmware: bios or " +
              "firmware: efi in the plan",
          ]
        : [],
    ),
};
