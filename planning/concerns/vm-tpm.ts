import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmTpm: FactRule = {
  id: "vm.tpm",
  category: "Warning",
  label: "Contents of the vTPM do not move",
  why: "What is sealed to the vTPM (BitLocker keys, LUKS tokens) cannot be opened by the server.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.tpm === true
        ? [
            "the VM has a vTPM: export recovery keys first. The server gets none unless imageProperties name " +
              "hw_tpm_model and hw_tpm_version, which needs Barbican and swtpm in the cloud",
          ]
        : [],
    ),
};
