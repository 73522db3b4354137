import { own } from "../../inventory/own.ts";
import { formatDifference } from "../drift.ts";
import { entriesOf } from "../wave-entries.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const planNotApplied: Rule = {
  id: "plan.not-applied",
  category: "Warning",
  label: "Edit is not applied",
  about: "both",
  why: "A volume, port or server that is there would have to be made anew for it: the VM's data would be gone.",
  always: true,
  check: (view) => [...otherClouds(view), ...[...view.edits.keys()].flatMap((key) => notApplied(view, key))],
};

/** Targets that are in another cloud by the plan than where VMs of the wave have begun (cloud/read-offers.ts). */
function otherClouds({ plan, file }: WaveView): Finding[] {
  return Object.entries(file.targets).flatMap(([target, { cloud }]) => {
    const planned = own(plan.targets, target)?.cloud;
    if (planned === undefined || planned === cloud) return [];
    const assessment = `target ${target}: cloud ${cloud} -> ${planned}: is not applied while VMs of this wave are there`;
    return [{ vm: null, assessment }];
  });
}

function notApplied({ edits, file }: WaveView, key: string): Finding[] {
  const edit = edits.get(key);
  const vm = entriesOf(file).find((one) => one.key === key);
  if (edit === undefined || vm === undefined || vm.phase === "absent") return [];
  const way =
    vm.phase === "accepted"
      ? "it is accepted: change it in OpenStack itself"
      : `to get it roll the VM back (phase: absent, plan, up) and migrate it anew with generation: ${vm.generation + 1}`;
  return [
    ...edit.refused.map((one) => `${formatDifference(one)}: is not applied, ${key} has begun; ${way}`),
    ...edit.addedDisks.map(
      (disk) => `disk ${disk} came to the source after ${key} had begun: it is not migrated; ${way}`,
    ),
    ...edit.removedDisks.map((disk) => `disk ${disk} is no more at the source: ${key} has begun and keeps it; ${way}`),
    ...edit.addedNics.map((nic) => `NIC ${nic} came to the source after ${key} had begun: it gets no port; ${way}`),
    ...edit.removedNics.map(
      (nic) => `NIC ${nic} is no more at the source: ${key} has begun and keeps its port; ${way}`,
    ),
  ].map((assessment) => ({ vm: key, assessment }));
}
