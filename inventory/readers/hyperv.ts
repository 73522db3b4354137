import { open } from "node:fs/promises";
import type { z } from "zod";
import { mismatches, valueAt } from "../expectation.ts";
import type { EstateDisk } from "../schema/estate.ts";
import { SourceFacts, SourceHost, SourceNetwork } from "../schema/source.ts";
import { shown, shownValue } from "../shown.ts";
import { guestIdOfName } from "./guest-name.ts";
import { hypervDevices, hypervDisk, hypervNic, networkOf, text, vlanOf } from "./hyperv-devices.ts";
import { HypervExport, HypervVm } from "./hyperv-schema.ts";
import { checkedVm, sourceFault, type Finding, type FoundVm, type Reader } from "./reader.ts";

/** 5,000 VMs have about 50 MB. */
const LARGEST_BYTES = 256 << 20;
const SCRIPT = "write it with docs/hyperv-export.ps1";

/** VMs of Hyper-V, from the file that docs/hyperv-export.ps1 writes. */
export const readHyperv: Reader = async function* (place) {
  const content = await bytesOf(place);
  if (typeof content === "string")
    yield { fault: sourceFault(place, null, "", content, "the JSON of a Hyper-V export", SCRIPT) };
  else yield* hypervFindings(place, content);
};

async function bytesOf(file: string): Promise<Buffer | string> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      return size > LARGEST_BYTES ? `${size} bytes` : await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    return shown(error instanceof Error ? error.message : String(error), 120);
  }
}

/** The VMs of an export's bytes. */
export function* hypervFindings(file: string, content: Buffer): Iterable<Finding> {
  const parsed = parseExport(content);
  if (typeof parsed === "string") {
    yield { fault: sourceFault(file, null, "", parsed, "the JSON of a Hyper-V export", SCRIPT) };
    return;
  }
  const ids = new Set<string>();
  const sources = new Map<string, SourceFacts>();
  for (const [index, one] of parsed.vms.entries()) yield* vmFindings(file, `vms.${index}`, one, ids, sources);
  for (const source of sources.values()) yield { source };
}

/** Windows PowerShell writes UTF-16 or UTF-8, with a byte-order mark. */
function parseExport(content: Buffer): z.infer<typeof HypervExport> | string {
  const mark = content.subarray(0, 2).toString("hex");
  const encoding = mark === "fffe" ? "utf-16le" : mark === "feff" ? "utf-16be" : "utf-8";
  try {
    const value: unknown = JSON.parse(new TextDecoder(encoding, { fatal: true }).decode(content));
    const parsed = HypervExport.safeParse(value);
    return parsed.success ? parsed.data : `another document: ${shownValue(value)}`;
  } catch (error) {
    return shown(error instanceof Error ? error.message : String(error), 120);
  }
}

function* vmFindings(
  file: string,
  at: string,
  value: unknown,
  ids: Set<string>,
  sources: Map<string, SourceFacts>,
): Iterable<Finding> {
  const parsed = HypervVm.safeParse(value);
  if (!parsed.success) {
    const name = valueAt(value, ["Name"]);
    for (const { path, expected } of mismatches(parsed.error.issues, HypervVm, value)) {
      const found = shownValue(valueAt(value, path));
      const place = `${at}.${path.join(".")}`;
      yield { fault: sourceFault(file, typeof name === "string" ? name : null, place, found, expected, SCRIPT) };
    }
    return;
  }
  const vm = parsed.data;
  if (ids.has(vm.Id)) {
    const advice = "name each host once: a VM that moved during the export is in it twice";
    yield { fault: sourceFault(file, vm.Name, `${at}.Id`, shown(vm.Id), "an id of its own", advice) };
    return;
  }
  ids.add(vm.Id);
  addSource(sources, vm);
  const disks: z.input<typeof EstateDisk>[] = [];
  let isWhole = true;
  for (const disk of vm.HardDisks) {
    const found = hypervDisk(disk, vm);
    if ("advice" in found) {
      isWhole = false;
      const { label, value: what, expected, advice } = found;
      yield { fault: sourceFault(file, vm.Name, label, shown(what, 160), expected, advice) };
    } else disks.push(found);
  }
  // A VM that lacks one of its disks would be migrated without it.
  if (isWhole) yield* checkedVm(file, { ...factsOf(vm), disks });
}

function factsOf(vm: HypervVm): Omit<z.input<typeof FoundVm>, "disks"> {
  const guest = `${vm.GuestOs ?? ""} ${vm.GuestOsVersion ?? ""}`.trim();
  return {
    source: { kind: "hyperv", id: vm.Id.toLowerCase(), server: text(vm.Cluster) ?? text(vm.Host) },
    instanceUuid: vm.Id.toLowerCase(),
    name: vm.Name,
    powerState: powerState(vm.State),
    template: false,
    cpus: vm.ProcessorCount,
    coresPerSocket: null,
    memoryMiB: Math.ceil(Math.max(vm.MemoryStartup, vm.MemoryAssigned ?? 0) / 2 ** 20),
    firmware: vm.Generation === 2 ? "efi" : "bios",
    secureBoot: vm.SecureBoot?.toLowerCase() === "on",
    tpm: vm.TpmEnabled === true,
    guestId: guestIdOfName(guest),
    guestReportedName: guest === "" ? null : guest,
    hostName: text(vm.GuestName),
    toolsState: toolsState(vm),
    snapshots: vm.Checkpoints.map(({ Id, Name, CreationTime, ParentSnapshotId }) => ({
      ...{ id: Id, name: Name, createdAt: isoTime(CreationTime), parent: text(ParentSnapshotId) },
    })),
    esxiHost: text(vm.Host),
    cluster: text(vm.Cluster),
    annotation: text(vm.Notes),
    customAttributes: attributes(vm),
    devices: hypervDevices(vm),
    nics: vm.NetworkAdapters.map(hypervNic),
  };
}

/** Hosts and networks are told by the VMs that are on them. */
function addSource(sources: Map<string, SourceFacts>, vm: HypervVm): void {
  const server = text(vm.Cluster) ?? text(vm.Host);
  if (server === null) return;
  const known = sources.get(server) ?? SourceFacts.parse({ version: 1, kind: "hyperv", server });
  const host = text(vm.Host);
  const hosts = host === null ? [] : [SourceHost.parse({ name: host, cluster: text(vm.Cluster) })];
  const networks = vm.NetworkAdapters.filter(({ SwitchName }) => text(SwitchName) !== null).map((nic) =>
    SourceNetwork.parse({ name: networkOf(nic), vlan: vlanOf(nic), switch: nic.SwitchName }),
  );
  sources.set(server, {
    ...known,
    hosts: byName([...known.hosts, ...hosts]),
    networks: byName([...known.networks, ...networks]),
  });
}

const byName = <T extends { readonly name: string }>(list: readonly T[]): T[] => [
  ...new Map(list.map((one) => [one.name, one])).values(),
];

/** A state that is not known counts as on: then the plan says that the VM has to be shut down. */
function powerState(state: string): "poweredOn" | "poweredOff" | "suspended" {
  if (/^(saved|paused|fastsaved|saving|pausing|fastsaving|resuming)/i.test(state)) return "suspended";
  return /^(off|stopping)/i.test(state) ? "poweredOff" : "poweredOn";
}

/** By the heartbeat, which only a running guest with its integration services gives. */
function toolsState({ State, Heartbeat, IntegrationServices }: HypervVm): "running" | "notRunning" | "unknown" {
  if (!/^running/i.test(State)) return "unknown";
  const service = IntegrationServices.find(({ Name }) => /heartbeat/i.test(Name));
  if (/^ok/i.test(Heartbeat ?? "") || /^ok$/i.test(service?.Status ?? "")) return "running";
  return text(Heartbeat) === null && service === undefined ? "unknown" : "notRunning";
}

/** ISO time of an ISO text or of "/Date(1709629964000)/"; null for anything else. */
function isoTime(value: string | null | undefined): string | null {
  const milliseconds = /^\/Date\((-?\d{1,15})/.exec(value ?? "")?.[1];
  const time = new Date(milliseconds === undefined ? (value ?? "") : Number(milliseconds));
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}

/** What has no field of its own and a person wants to know. */
function attributes(vm: HypervVm): Record<string, string> {
  const mib = (bytes: number | null | undefined): string => `${Math.ceil((bytes ?? 0) / 2 ** 20)} MiB`;
  return {
    Generation: String(vm.Generation),
    ...(vm.DynamicMemoryEnabled === true
      ? {
          "Dynamic memory": `${mib(vm.MemoryMinimum)} to ${mib(vm.MemoryMaximum)}, starts with ${mib(vm.MemoryStartup)}`,
        }
      : {}),
    ...(text(vm.Cluster) === null ? {} : { "Cluster role": vm.IsClustered === true ? "yes" : "no" }),
    ...(vm.Shielded === true ? { Shielded: "yes" } : {}),
  };
}
