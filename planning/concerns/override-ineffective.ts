import { nearest } from "../../inventory/known-keys.ts";
import { own } from "../../inventory/own.ts";
import type { VmOverrides } from "../../inventory/schema/plan.ts";
import { shown } from "../../inventory/shown.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

/** The rule needs to know the others; they are handed in, since the list of all rules holds this one too. */
export function overrideIneffective(others: readonly Rule[]): Rule {
  return {
    id: "override.ineffective",
    category: "Warning",
    label: "Change of a concern has no effect",
    about: "both",
    why: "An operator who believes that a concern is waived should know when it is not.",
    check: (view) => findings(view, new Map(others.map((rule) => [rule.id, rule]))),
  };
}

/** Once for what the wave says for all of its VMs, and for each VM what it says itself. */
function findings({ plan, wave: name, checked }: WaveView, rules: ReadonlyMap<string, Rule>): Finding[] {
  const wave = own(plan.waves, name);
  const of = (vm: string | null, place: string, about: "vm" | "wave", concerns: VmOverrides["concerns"]): Finding[] =>
    Object.keys(concerns ?? {}).flatMap((id) => {
      const problem = problemOf(id, about, rules);
      return problem === null ? [] : [{ vm, assessment: `${place}: ${problem}` }];
    });
  return [
    ...of(null, "concerns of the wave", "wave", wave?.concerns),
    ...of(null, "concerns of the wave's defaults", "vm", wave?.defaults?.concerns),
    ...checked.flatMap(({ key }) => of(key, "concerns", "vm", own(wave?.vms, key)?.concerns)),
  ];
}

function problemOf(id: string, about: "vm" | "wave", rules: ReadonlyMap<string, Rule>): string | null {
  const rule = rules.get(id);
  if (rule === undefined) {
    const meant = nearest(id, [...rules.keys()]);
    return `there is no rule ${shown(id)}${meant === null ? "" : `; did you mean ${meant}?`}`;
  }
  if (rule.hard === true) return `${id} cannot be changed or waived: nothing could be made without it`;
  const isAbout = rule.about ?? "vm";
  if (isAbout === "both" || isAbout === about) return null;
  return about === "wave"
    ? `${id} is about VMs: say it in \`defaults\` or with the VM`
    : `${id} is about the wave as a whole: say it in \`concerns\` of the wave itself`;
}
