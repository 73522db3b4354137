import { type FactRule, perFacts } from "./fact-rule.ts";

/** Changed block tracking came with version 7 (ESX 4.0). */
const FIRST_WITH_TRACKING = 7;

export const hardwareOld: FactRule = {
  id: "hardware.old",
  category: "Information",
  label: "Old virtual hardware",
  why: "Virtual hardware before version 7 has no changed block tracking: such a VM can only be migrated cold.",
  checkFacts: (view) =>
    perFacts(view, ({ hardwareVersion }) =>
      hardwareVersion !== null && hardwareVersion < FIRST_WITH_TRACKING
        ? [
            `virtual hardware version ${hardwareVersion}, expected ${FIRST_WITH_TRACKING} or later for a warm migration: ` +
              "migrate it cold, or upgrade its hardware first",
          ]
        : [],
    ),
};
