import type { CloudOffer, QuotaItem } from "../../cloud/offer.ts";
import { own } from "../../inventory/own.ts";
import { shown } from "../../inventory/shown.ts";
import { stillToCreate } from "../still-to-create.ts";
import { declaredVms } from "./planned-ports.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const quota: Rule = {
  id: "quota.exceeded",
  category: "Critical",
  label: "Quota is too small for the wave",
  about: "wave",
  why: "Otherwise it is reached in the middle of the run. Only what is still to be created is counted.",
  check: (view) => [...view.offers].flatMap(([target, offer]) => exceeded(view, target, offer)),
};

function exceeded(view: WaveView, target: string, offer: CloudOffer): Finding[] {
  const vms = declaredVms(view).filter((vm) => vm.target === target);
  const need = stillToCreate(vms, offer, view.stack);
  const { instances, cores, ramMiB, volumes, gigabytes, ports, perVolumeType } = offer.quota;
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
    const assessment = `target ${target}: ${needed} more ${what} needed, ${Math.max(0, free)} of ${item?.limit ?? 0} left: raise the quota, or exclude VMs`;
    return [{ vm: null, assessment }];
  });
}
