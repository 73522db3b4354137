import { compareText } from "../inventory/order.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import type { ThroughputModel } from "../inventory/schema/throughput.ts";
import { shown } from "../inventory/shown.ts";
import { type Reading, readingOf, summed } from "./reading.ts";

const MIB = 2 ** 20;

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
  const slowest = limits(reading, model).reduce((a, b) => (isSlower(b, a) ? b : a));
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
  const { disk, host, vmsOfHost, datastore } = ratesOf(model);
  return [
    totalLimit(bytes, model),
    ...(largest === null ? [] : [limit("disk", largest.disk, largest.bytes, disk)]),
    ...[...hosts].flatMap(([name, one]) => [
      limit("host", name, one.bytes, host),
      limit("host", name, one.longestBytes, vmsOfHost),
    ]),
    ...[...datastores].map(([name, sum]) => limit("datastore", name, sum, datastore)),
  ];
}

/** The model's rates in bytes per second. */
export interface Rates {
  readonly disk: number;
  readonly host: number;
  /** Of one host, when only so many of its VMs are read at once, each as fast as its largest disk. */
  readonly vmsOfHost: number;
  readonly datastore: number;
  readonly total: number;
}

export function ratesOf(model: ThroughputModel): Rates {
  const disk = model.diskMiBPerSecond * MIB;
  return {
    disk,
    host: model.esxiHostMiBPerSecond * MIB,
    vmsOfHost: disk * model.vmsAtOncePerEsxiHost,
    datastore: model.datastoreMiBPerSecond * MIB,
    total: Math.min(disk * model.disksAtOnce, model.totalMiBPerSecond * MIB),
  };
}

const limit = (kind: Limit["kind"], name: string, bytes: number, rate: number): Limit => ({
  kind,
  name,
  bytes,
  rateMiBPerSecond: rate / MIB,
});

function totalLimit(bytes: number, model: ThroughputModel): Limit {
  const isSlots = model.diskMiBPerSecond * model.disksAtOnce < model.totalMiBPerSecond;
  const name = isSlots ? `${model.disksAtOnce} disks at once` : "all conversion hosts";
  return limit("total", name, bytes, ratesOf(model).total);
}

/** Seconds that the copy takes by this limit alone. */
export const secondsOf = ({ bytes, rateMiBPerSecond }: Limit): number => bytes / MIB / rateMiBPerSecond;

/** Of two that take as long the first by what is said of it: the order of the estate decides nothing. */
function isSlower(a: Limit, b: Limit): boolean {
  const longer = secondsOf(a) - secondsOf(b);
  return longer > 0 || (longer === 0 && compareText(shownLimit(a), shownLimit(b)) < 0);
}

const prefixes = { disk: "", total: "", host: "ESXi host ", datastore: "datastore " };

const shownLimit = ({ kind, name, bytes, rateMiBPerSecond }: Limit): string =>
  `${prefixes[kind]}${shown(name)}: ${(bytes / 2 ** 30).toFixed(1)} GiB at ${Math.round(rateMiBPerSecond)} MiB/s`;
