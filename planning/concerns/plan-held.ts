import type { Difference } from "../drift.ts";
import { entriesOf } from "../wave-entries.ts";
import type { Rule } from "./rule.ts";

export const planHeld: Rule = {
  id: "plan.held",
  category: "Information",
  label: "Stays as it was decided",
  why: "After its migration a VM's source is off and may change: what a server is made of does not follow it by itself.",
  check: ({ edits, file, wave }) =>
    entriesOf(file)
      // The source of an accepted VM is of no interest any more.
      .filter(({ phase }) => phase === "precopy" || phase === "cutover")
      .map(({ key }) => ({ key, held: edits.get(key)?.held ?? [] }))
      .filter(({ held }) => held.length > 0)
      .map(({ key, held }) => ({
        vm: key,
        assessment:
          `${held.map(told).join("; ")}. To apply: name it in the plan, ` +
          `or run \`wavelift plan ${wave} --vm ${key}\``,
      })),
};

function told({ what, before, after, note }: Difference): string {
  return `${what} stays ${before ?? "none"} (would now be ${after ?? "none"}${note === "" ? "" : `: ${note}`})`;
}
