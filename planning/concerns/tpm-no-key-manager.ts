import { own } from "../../inventory/own.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const tpmNoKeyManager: Rule = {
  id: "tpm.no-key-manager",
  category: "Critical",
  label: "Cloud has no key manager for vTPMs",
  why: "Nova keeps the secret of each emulated TPM in the key manager (Barbican): without one such a server goes to ERROR.",
  check: (view) =>
    checkedVms(view).flatMap(({ key, target, boot, imageProperties }) => {
      const offer = view.offers.get(target);
      const choice = view.checked.find((subject) => subject.key === key)?.choice.flavor;
      const ofFlavor = choice?.ok === true ? own(choice.value.extraSpecs, "hw:tpm_version") : undefined;
      const version = imageProperties["hw_tpm_version"] ?? ofFlavor;
      return offer === undefined || !boot || version === undefined || offer.services.includes("key-manager")
        ? []
        : [
            {
              vm: key,
              assessment:
                `a vTPM ${version} is asked for (${ofFlavor === undefined ? "imageProperties hw_tpm_version" : "the flavor's hw:tpm_version"}), and the ` +
                `catalog of target ${target} has no key-manager service: leave it out, or have Barbican set up`,
            },
          ];
    }),
};
