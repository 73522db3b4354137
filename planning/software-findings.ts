import { shown } from "../inventory/shown.ts";
import type { FactsView } from "./concerns/fact-rule.ts";
import type { Finding } from "./concerns/rule.ts";
import { softwareOf, type SoftwareKind } from "../inventory/known-software.ts";

/** A finding for each product of this kind that runs in a guest, with what to do. */
export function softwareFindings({ vms }: FactsView, kind: SoftwareKind, advice: string): Finding[] {
  return vms.flatMap(({ key, software }) =>
    softwareOf(software, kind).map(({ product, processes }) => ({
      vm: key,
      assessment: `${product} runs in the guest (${shown(processes.join(", "), 80)}): ${advice}`,
    })),
  );
}
