import { nearest } from "../../inventory/known-keys.ts";
import { shown } from "../../inventory/shown.ts";
import { perVm, type Rule } from "./rule.ts";

/** The rule needs to know the others; they are handed in, since the list of all rules holds this one too. */
export function overrideIneffective(others: readonly Rule[]): Rule {
  const known = others.map(({ id }) => id);
  return {
    id: "override.ineffective",
    category: "Warning",
    label: "Change of a concern has no effect",
    why: "An operator who believes that a concern is waived should know when it is not.",
    check: (view) =>
      perVm(view, ({ decisions }) =>
        Object.keys(decisions.concerns ?? {}).flatMap((id) => {
          const rule = others.find((other) => other.id === id);
          if (rule === undefined) {
            const meant = nearest(id, known);
            return [`concerns: there is no rule ${shown(id)}${meant === null ? "" : `; did you mean ${meant}?`}`];
          }
          return rule.hard === true
            ? [`concerns: ${id} cannot be changed or waived: nothing could be made without it`]
            : [];
        }),
      ),
  };
}
