import type { StorageDemand } from "../storage-demand.ts";
import { placeOf, type Space } from "../storage-space.ts";
import { listed } from "./by-subject.ts";
import type { Finding, Rule } from "./rule.ts";
import { demandsOf } from "./storage.ts";

const GIB = 2 ** 30;
/** Share of Ceph's nearfull ratio: from there on the cluster warns, at 95 % it stops writes (mon_osd_nearfull_ratio). */
const NEAR_FULL = 0.85;

export const storageFull: Rule = {
  id: "storage.full",
  category: "Critical",
  label: "Storage is too small for the wave",
  about: "wave",
  why: "A Ceph cluster that is full stops the writes of everybody who uses it, not of this wave alone.",
  about: "wave",
  check: (view) => {
    const groups = new Map<string, { space: Space; demands: StorageDemand[] }>();
    for (const { demand, offer } of demandsOf(view)) {
      const place = placeOf(demand, offer, view.storage);
      if ("unknown" in place) continue;
      const group = groups.get(place.key) ?? { space: place.space, demands: [] };
      group.demands.push(demand);
      groups.set(place.key, group);
    }
    return [...groups.values()].flatMap(({ space, demands }) => judged(space, demands));
  },
};

function judged(space: Space, demands: readonly StorageDemand[]): Finding[] {
  const sum = (what: "certainBytes" | "possibleBytes" | "newGiB"): number =>
    demands.reduce((total, demand) => total + demand[what], 0);
  const [certain, possible, newGiB] = [sum("certainBytes"), sum("possibleBytes"), sum("newGiB")];
  const types = listed([...new Set(demands.map(({ volumeType }) => volumeType))].sort());
  const where = `${space.name} (volume type ${types}): ${gib(space.freeBytes)} free`;
  if (certain > space.freeBytes)
    return [
      {
        vm: null,
        assessment: `${where}, the wave still writes ${gib(certain)} at least: add storage, name another volume type, or exclude VMs`,
      },
    ];
  const found: Finding[] = [];
  if (space.provisionGiB !== null && newGiB > space.provisionGiB)
    found.push({
      vm: null,
      assessment:
        `${space.name} (volume type ${types}): the wave makes volumes of ${newGiB} GiB together, Cinder lets ` +
        `${Math.floor(space.provisionGiB)} GiB more be provisioned: have max_over_subscription_ratio raised, or exclude VMs`,
    });
  if (possible > space.freeBytes)
    found.push({
      vm: null,
      category: "Warning",
      assessment:
        `${where}, the wave still writes up to ${gib(possible)} (${gib(certain)} for sure; the rest are disks whose used ` +
        "space the source does not tell, or that are partly copied): it may not fit. Read the used space, or exclude VMs",
    });
  else if (space.totalBytes - space.freeBytes + possible > NEAR_FULL * space.totalBytes && possible > 0)
    found.push({
      vm: null,
      category: "Warning",
      assessment:
        `${where} of ${gib(space.totalBytes)}, and the wave writes up to ${gib(possible)}: over ${NEAR_FULL * 100} % full ` +
        "Ceph warns (nearfull) and an OSD that fails may not be made up for: add storage before the wave",
    });
  return found;
}

const gib = (bytes: number): string => `${(bytes / GIB).toFixed(bytes < 10 * GIB ? 1 : 0)} GiB`;
