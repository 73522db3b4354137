import type { EstateVm } from "../inventory/schema/estate.ts";
import type { ThroughputModel } from "../inventory/schema/throughput.ts";
import { shown } from "../inventory/shown.ts";
import { type Reading, readingOf, summed } from "./reading.ts";

/** How long a set of VMs takes, and what it waits for. */
export interface Estimate {
  readonly seconds: number;
  /** Bytes that have to be read: used ones, or the model's share of the capacity where the source does not tell. */
  readonly readBytes: number;
  /** What takes longest, for people: "ESXi host esx1: 1228.8 GiB at 294 MiB/s". */
  readonly slowest: string;
}

/**
 * How long it takes to migrate these VMs side by side: the slowest of each disk, each ESXi host, each datastore and all
 * conversion hosts together, with verification, then what each VM takes beside its data (VMs do that side by side).
 * @param boots VMs in the longest chain of dependsOn: each boots when the one before it is ready. Default 1.
 */
export function estimate(vms: readonly EstateVm[], model: ThroughputModel, boots = 1): Estimate {
  const keys = new Set(vms.map(({ key }) => key));
  const reading = summed(vms.map((vm) => readingOf(vm, keys, model)));
  const beside = vms.length === 0 ? 0 : model.minutesPerVm * 60 * boots;
  return estimateOf(reading, beside, model);
}

/** The same of what is summed up already. `besideSeconds`: what comes after the copy. */
export function estimateOf(reading: Reading, besideSeconds: number, model: ThroughputModel): Estimate {
  const slowest = limits(reading, model).reduce((a, b) => (secondsOf(b) > secondsOf(a) ? b : a));
  return {
    seconds: Math.ceil(secondsOf(slowest) * (1 + model.verifyShare) + besideSeconds),
    readBytes: reading.bytes,
    slowest: slowest.bytes === 0 ? "nothing to read" : shownLimit(slowest),
  };
}

/** Something that all or some of the data goes through, and that is only so fast. */
export interface Limit {
  readonly kind: "disk" | "host" | "datastore" | "total";
  /** Name of the host or datastore; of a disk, whose it is. */
  readonly name: string;
  readonly bytes: number;
  readonly rateMiBPerSecond: number;
}

/** What bounds the copy of this reading; the total is always among them. */
export function limits({ bytes, largest, hosts, datastores }: Reading, model: ThroughputModel): Limit[] {
  return [
    totalLimit(bytes, model),
    ...(largest === null ? [] : [diskLimit(largest.disk, largest.bytes, model)]),
    ...[...hosts].map(([name, host]) => hostLimit(name, host.bytes, host.longestBytes, model)),
    ...[...datastores].map(([name, sum]) => datastoreLimit(name, sum, model)),
  ];
}

export const diskLimit = (name: string, bytes: number, model: ThroughputModel): Limit => ({
  kind: "disk",
  name,
  bytes,
  rateMiBPerSecond: model.diskMiBPerSecond,
});

export const datastoreLimit = (name: string, bytes: number, model: ThroughputModel): Limit => ({
  kind: "datastore",
  name,
  bytes,
  rateMiBPerSecond: model.datastoreMiBPerSecond,
});

/** The host's own rate, or, where that takes longer, only so many VMs of it at once, each as fast as its largest disk. */
export function hostLimit(name: string, bytes: number, longestBytes: number, model: ThroughputModel): Limit {
  const host: Limit = { kind: "host", name, bytes, rateMiBPerSecond: model.esxiHostMiBPerSecond };
  const rateMiBPerSecond = model.diskMiBPerSecond * model.vmsAtOncePerEsxiHost;
  const vms: Limit = { kind: "host", name, bytes: longestBytes, rateMiBPerSecond };
  return secondsOf(vms) > secondsOf(host) ? vms : host;
}

export function totalLimit(bytes: number, model: ThroughputModel): Limit {
  const slots = model.diskMiBPerSecond * model.disksAtOnce;
  return slots < model.totalMiBPerSecond
    ? { kind: "total", name: `${model.disksAtOnce} disks at once`, bytes, rateMiBPerSecond: slots }
    : { kind: "total", name: "all conversion hosts", bytes, rateMiBPerSecond: model.totalMiBPerSecond };
}

/** Seconds that the copy takes by this limit alone. */
export const secondsOf = ({ bytes, rateMiBPerSecond }: Limit): number => bytes / 2 ** 20 / rateMiBPerSecond;

const prefixes = { disk: "", total: "", host: "ESXi host ", datastore: "datastore " };

const shownLimit = ({ kind, name, bytes, rateMiBPerSecond }: Limit): string =>
  `${prefixes[kind]}${shown(name)}: ${(bytes / 2 ** 30).toFixed(1)} GiB at ${rateMiBPerSecond} MiB/s`;
