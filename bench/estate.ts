import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { toSortedJson } from "../inventory/json.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { SourceFacts } from "../inventory/schema/source.ts";
import { writeSources } from "../inventory/source-file.ts";
import { type Random, seededRandom } from "../test/kill/random.ts";
import { makeSite, type MadeSite, sourceOf } from "./site.ts";
import { type MadeApplication, makeVm } from "./vm.ts";

/** A made-up estate: what `wavelift inventory` would have written of a vCenter of this size. */
export interface MadeEstate {
  readonly vms: readonly EstateVm[];
  readonly sources: readonly SourceFacts[];
}

/** An estate of `count` VMs; the same count and seed, the same estate. */
export function makeEstate(count: number, seed: number): MadeEstate {
  const random = seededRandom(seed);
  const site = makeSite(count);
  const vms: EstateVm[] = [];
  for (let number = 0; vms.length < count; number += 1) {
    const application = makeApplication(number, site, random);
    for (let left = random.whole(2, 12); left > 0 && vms.length < count; left -= 1)
      vms.push(makeVm(vms.length, application, site, random));
  }
  return { vms: shareDisks(vms), sources: [sourceOf(site)] };
}

function makeApplication(number: number, { clusters, networks }: MadeSite, random: Random): MadeApplication {
  const kind = random.pick([
    ["shop", 3],
    ["erp", 2],
    ["mail", 1],
    ["crm", 2],
    ["hr", 1],
    ["intranet", 2],
  ]);
  const name = `${kind}${number}`;
  const cluster = random.pick(clusters.map((one) => [one, 1]));
  return {
    name,
    folder: `/Production/${kind}/${name}`,
    cluster,
    network: random.pick(networks.map((one) => [one, 1])),
  };
}

/** One VM in fifty shares its last data disk with its neighbour, as clusters of two nodes do. */
function shareDisks(vms: readonly EstateVm[]): EstateVm[] {
  const made = [...vms];
  for (let index = 49; index < made.length; index += 100) {
    const [first, second] = [made[index - 1], made[index]];
    const disk = first?.disks.at(-1);
    if (first === undefined || second === undefined || disk === undefined || first.disks.length < 2) continue;
    const shared = {
      ...disk,
      sharing: "multiWriter" as const,
      controller: { ...disk.controller, key: 1001, busNumber: 1, sharedBus: "physical" as const },
    };
    const deviceKey = 2000 + second.disks.length;
    made[index - 1] = { ...first, disks: [...first.disks.slice(0, -1), { ...shared, sharedWith: [second.key] }] };
    made[index] = { ...second, disks: [...second.disks, { ...shared, deviceKey, sharedWith: [first.key] }] };
  }
  return made;
}

/** Writes the estate as `wavelift inventory` does: estate/KEY.json and sources/NAME.json in the inventory folder. */
export async function writeEstate(inventory: string, { vms, sources }: MadeEstate): Promise<void> {
  const folder = path.join(inventory, "estate");
  mkdirSync(folder, { recursive: true });
  for (const vm of vms) writeFileSync(path.join(folder, `${vm.key}.json`), toSortedJson(vm));
  await writeSources(path.join(inventory, "sources"), sources);
}
