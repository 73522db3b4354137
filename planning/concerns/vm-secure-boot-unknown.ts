import { type FactRule, perFacts } from "./fact-rule.ts";

export const vmSecureBootUnknown: FactRule = {
  id: "vm.secure-boot-unknown",
  category: "Warning",
  label: "Secure boot is unknown",
  why: "Without it a guest boots that trusts nothing but signed loaders, and its disk encryption may ask for the recovery key.",
  checkFacts: (view) =>
    perFacts(view, ({ firmware, secureBoot }) =>
      firmware === "efi" && secureBoot === null
        ? [
            "the source does not tell whether this UEFI guest has secure boot; the server gets none. Read it from vCenter, " +
              "or say secureBoot: true or false in the plan",
          ]
        : [],
    ),
};
