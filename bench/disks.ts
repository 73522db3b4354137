import type { z } from "zod";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Random } from "../test/kill/random.ts";
import type { MadeCluster } from "./site.ts";

type Disks = z.input<typeof EstateVm>["disks"];

const gib = 2 ** 30;

/** 2.4 disks a VM on average, 12,000 of 5,000 VMs. */
const counts: readonly (readonly [from: number, to: number, weight: number])[] = [
  [1, 1, 34],
  [2, 2, 34],
  [3, 3, 17],
  [4, 4, 8],
  [5, 8, 5],
  [9, 12, 2],
];

/** The VM's disks. `number` is the VM's: UUIDs follow from it. */
export function madeDisks(number: number, key: string, { datastores }: MadeCluster, random: Random): Disks {
  const [from, to] = random.pick(counts.map(([from, to, weight]) => [[from, to] as const, weight]));
  const datastore = random.pick(datastores.map((name) => [name, 1]));
  return Array.from({ length: random.whole(from, to) }, (_, index) => {
    const capacityBytes = sizeGiB(index, random) * gib;
    const rdm = index > 0 && random.chance(0.003) ? "physical" : "none";
    return {
      ...{
        deviceKey: 2000 + index,
        label: `Hard disk ${index + 1}`,
        capacityBytes,
        datastore,
        format: "vmdk" as const,
      },
      file: `${key}/${key}${index === 0 ? "" : `_${index}`}.vmdk`,
      controller: { key: 1000, bus: "scsi" as const, busNumber: 0, model: "pvscsi" },
      unit: index < 7 ? index : index + 1,
      mode: random.chance(0.006) ? ("independent_persistent" as const) : ("persistent" as const),
      ...{ rdm: rdm, encrypted: random.chance(0.002), thin: random.chance(0.7) },
      uuid: `6000c29${number.toString(16).padStart(5, "0")}-${index.toString(16).padStart(2, "0")}`,
      ...{ changeTracking: true, datastoreAccessible: true },
      usedBytes: random.chance(0.05) ? null : Math.floor((capacityBytes * random.whole(15, 95)) / 100),
    };
  });
}

function sizeGiB(index: number, random: Random): number {
  if (index === 0)
    return random.pick([
      [40, 4],
      [60, 3],
      [100, 3],
    ]);
  const [from, to] = random.pick([
    [[10, 100] as const, 70],
    [[100, 400] as const, 24],
    [[400, 2000] as const, 5],
    [[4000, 20000] as const, 0.1],
  ]);
  return random.whole(from, to);
}
