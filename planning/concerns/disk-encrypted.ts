import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskEncrypted: FactRule = {
  id: "disk.encrypted",
  category: "Critical",
  label: "Disk is encrypted at the source",
  why: "A copy of the file is a copy of the cipher text, and the key stays in the source's key server.",
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.disks
        .filter(({ encrypted }) => encrypted)
        .map(
          ({ deviceKey }) =>
            `disk ${deviceKey} is encrypted by the source: decrypt it (change its storage policy) first`,
        ),
    ),
};
