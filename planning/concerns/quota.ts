import type { PlannedVm } from "../../inventory/schema/wave.ts";
import type { QuotaItem } from "../../cloud/offer.ts";
import { own } from "../../inventory/own.ts";
import { shown } from "../../inventory/shown.ts";
import { type Project, projectsOf, shownTargets } from "../projects.ts";
import { stillToCreate } from "../still-to-create.ts";
import { declaredVms } from "./planned-ports.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const quota: Rule = {
  id: "quota.exceeded",
  category: "Critical",
  label: "Quota is too small for the wave",
  about: "wave",
  why: "Otherwise it is reached in the middle of the run. Only what is still to be created is counted; what others are creating now counts as used.",
  check: (view) => projectsOf(view.offers).flatMap((project) => exceeded(view, project)),
};

function exceeded(view: WaveView, project: Project): Finding[] {
  const need = stillToCreate(vmsOf(view, project), project.offer, view.stack);
  const { instances, cores, ramMiB, volumes, gigabytes, ports, perVolumeType } = project.offer.quota;
  const limits: [string, number, QuotaItem | undefined][] = [
    ["instances", need.instances, instances],
    ["cores", need.cores, cores],
    ["RAM in MiB", need.ramMiB, ramMiB],
    ["volumes", need.volumes, volumes],
    ["gigabytes", need.gigabytes, gigabytes],
    ["ports", need.ports, ports],
    ...[...need.perVolumeType].flatMap(([type, { volumes, gigabytes }]): [string, number, QuotaItem | undefined][] => [
      [`volumes of type ${shown(type)}`, volumes, own(perVolumeType, type)?.volumes],
      [`gigabytes of type ${shown(type)}`, gigabytes, own(perVolumeType, type)?.gigabytes],
    ]),
  ];
  return limits.flatMap(([what, needed, item]): Finding[] => {
    const free = item?.limit === null || item === undefined ? Infinity : item.limit - item.used;
    if (needed === 0 || needed <= free) return [];
    const assessment =
      `${shownTargets(project)}: ${needed} more ${what} needed, ${Math.max(0, free)} of ${item?.limit ?? 0} left: ` +
      "raise the quota, or exclude VMs";
    return [{ vm: null, assessment }];
  });
}

/** The VMs that the wave declares in a project. */
export function vmsOf(view: WaveView, { targets }: Project): PlannedVm[] {
  return declaredVms(view).filter(({ target }) => targets.includes(target));
}
