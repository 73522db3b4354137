import { type FactRule, perFacts } from "./fact-rule.ts";

/** vSphere gives a vTPM to UEFI guests only, of hardware version 14 and newer. */
const oldestHardware = 14;

export const vmTpmUnknown: FactRule = {
  id: "vm.tpm-unknown",
  category: "Warning",
  label: "vTPM is unknown",
  why: "What is sealed to a vTPM (BitLocker keys, LUKS tokens) cannot be opened by the server; nobody should learn that at night.",
  checkFacts: (view) =>
    perFacts(view, ({ firmware, tpm, hardwareVersion }) =>
      tpm === null && firmware !== "bios" && (hardwareVersion ?? oldestHardware) >= oldestHardware
        ? ["the source does not tell whether the VM has a vTPM: look it up, and export recovery keys where it has one"]
        : [],
    ),
};
