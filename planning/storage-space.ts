import type { CloudOffer } from "../cloud/offer.ts";
import type { StoragePool } from "../cloud/storage-pool.ts";
import { shown } from "../inventory/shown.ts";
import type { PoolSpaces } from "./pool-space.ts";
import type { StorageDemand } from "./storage-demand.ts";

const GIB = 2 ** 30;

/** Space that disks of one or several volume types share. */
export interface Space {
  /** For people: "pool volumes" or the names that Cinder gives. */
  readonly name: string;
  readonly freeBytes: number;
  /** What is stored and what is free together. */
  readonly totalBytes: number;
  /** GiB that may still be provisioned as sizes of volumes; null: no limit that is known. */
  readonly provisionGiB: number | null;
}

/** Where disks go: space that is known, or why it is not. */
export type Place = { readonly key: string; readonly space: Space } | { readonly unknown: string };

/** The space behind a volume type: as Cinder tells it to administrators, else as the conversion host sees the target's pool. */
export function placeOf({ target, volumeType }: StorageDemand, offer: CloudOffer, spaces: PoolSpaces): Place {
  if (offer.storagePools !== null) return fromCinder(offer.storagePools, backendOf(offer, volumeType));
  const seen = Object.hasOwn(spaces, target) ? spaces[target] : undefined;
  if (seen === undefined) return { unknown: "Cinder does not show its pools to this user" };
  if ("fault" in seen)
    return { unknown: `Cinder does not show its pools to this user, nor does the conversion host: ${seen.fault}` };
  const { pool, place, storedBytes, freeBytes } = seen;
  const name = `pool ${shown(pool)}, as the conversion host sees it`;
  return { key: place, space: { name, freeBytes, totalBytes: storedBytes + freeBytes, provisionGiB: null } };
}

function backendOf({ volumeTypes }: CloudOffer, volumeType: string): string | null {
  return volumeTypes.find(({ name }) => name === volumeType)?.backend ?? null;
}

/** A type without a backend of its own may go to any pool. */
function fromCinder(pools: readonly StoragePool[], backend: string | null): Place {
  const mine = pools.filter((pool) => backend === null || pool.backend === backend);
  if (mine.length === 0) {
    const wanted = backend === null ? "any pool" : `a pool of the backend ${shown(backend)}`;
    return { unknown: `Cinder's scheduler does not know ${wanted}: is its volume service up?` };
  }
  const distinct = [...new Map(mine.map((pool) => [pool.place, pool])).values()];
  const sizes = distinct.map(({ freeGiB, totalGiB }) =>
    freeGiB === null || totalGiB === null ? null : [freeGiB, totalGiB],
  );
  if (sizes.some((size) => size === null)) return { unknown: "the driver of its backend does not tell sizes" };
  const sum = (which: 0 | 1): number => sizes.reduce((all, size) => all + (size?.[which] ?? 0), 0);
  const name = distinct
    .map((pool) => shown(pool.name))
    .sort()
    .join(", ");
  return {
    key: distinct
      .map(({ place }) => place)
      .sort()
      .join("\n"),
    space: { name, freeBytes: sum(0) * GIB, totalBytes: sum(1) * GIB, provisionGiB: provisionGiB(distinct) },
  };
}

/** Cinder's CapacityFilter refuses a volume with which more than so many times the total would be provisioned. */
function provisionGiB(pools: readonly StoragePool[]): number | null {
  const left = pools.map(({ totalGiB, provisionedGiB, overSubscription }) =>
    totalGiB === null || provisionedGiB === null || overSubscription === null
      ? null
      : totalGiB * overSubscription - provisionedGiB,
  );
  return left.some((one) => one === null) ? null : left.reduce<number>((sum, one) => sum + Math.max(0, one ?? 0), 0);
}
