import type { Settings } from "../settings.ts";
import type { Demand } from "./demand.ts";
import type { Count } from "./limit-settings.ts";

/** Something of which only so many copies may have a part at once. */
export interface Limit {
  /** The same on every machine: `esxiHost/NAME`, `datastore/NAME`, `conversionHost/NAME`. */
  readonly id: string;
  /** How many at once. */
  readonly count: number;
}

/** Limits of the source that a copy falls under, in the order in which they are always taken. */
export function sourceLimits(demand: Demand, limits: Settings["limits"]): Limit[] {
  const { esxiHost, esxiHosts, datastore, datastores } = limits;
  return [
    ...(demand.esxiHost === null
      ? []
      : [{ id: `esxiHost/${demand.esxiHost}`, count: own(esxiHosts, demand.esxiHost) ?? esxiHost }]),
    ...demand.datastores.map((name) => ({ id: `datastore/${name}`, count: own(datastores, name) ?? datastore })),
  ]
    .flatMap(({ id, count }) => (count === "unlimited" ? [] : [{ id, count }]))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** For people. Pulumi keeps these lines in the state, which names no host. */
export function shownLimit({ id, count }: Limit): string {
  const [kind = "", ...name] = id.split("/");
  const times = `(${count} disk${count === 1 ? "" : "s"} at a time)`;
  if (kind === "datastore") return `the datastore ${name.join("/")} ${times}`;
  return `${kind === "esxiHost" ? "the VM's ESXi host" : "the conversion host"} ${times}`;
}

const own = (counts: Readonly<Record<string, Count>>, name: string): Count | undefined =>
  Object.hasOwn(counts, name) ? counts[name] : undefined;
