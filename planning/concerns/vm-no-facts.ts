import { entriesOf } from "../wave-entries.ts";
import type { Rule } from "./rule.ts";

export const vmNoFacts: Rule = {
  id: "vm.no-facts",
  category: "Critical",
  label: "VM is not in the estate",
  why: "Nothing is known of the VM, so nothing can be planned for it.",
  hard: true,
  check: ({ subjects, file }) =>
    subjects
      .filter(({ facts }) => facts === null)
      .filter(
        ({ key, decisions: { phase } }) =>
          phase !== "absent" && (phase !== "accepted" || !inFile(entriesOf(file), key)),
      )
      .map(({ key }) => ({
        vm: key,
        assessment: `there is no estate file ${key}.json: read the source again, or take ${key} out of the wave`,
      })),
};

function inFile(vms: readonly { readonly key: string }[], key: string): boolean {
  return vms.some((vm) => vm.key === key);
}
