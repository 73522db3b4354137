import path from "node:path";
import type { z } from "zod";
import { faultAt, type FaultAt } from "../checked-file.ts";
import { mismatches, valueAt } from "../expectation.ts";
import { readText } from "../read-text.ts";
import type { EstateNic } from "../schema/estate.ts";
import { ManualFile, ManualVm, type ManualNic } from "../schema/manual.ts";
import { shown } from "../shown.ts";
import { parseSource, type Path } from "../source-document.ts";
import { nicKey } from "./device-keys.ts";
import { guestIdOfName } from "./guest-name.ts";
import { manualDisks } from "./manual-disks.ts";
import { checkedVm, type Finding, type FoundVm, type Reader, type ReadOptions } from "./reader.ts";

/** VMs that people have written down in a YAML file. */
export const readManual: Reader = async function* (place, options) {
  const text = await readText(place);
  if (typeof text === "string") yield* manualFindings(place, text, options);
  else yield { fault: text };
};

/** The VMs of the file's text. */
export async function* manualFindings(file: string, text: string, options: ReadOptions): AsyncIterable<Finding> {
  const document = parseSource(file, text);
  if ("faults" in document) {
    for (const fault of document.faults) yield { fault };
    return;
  }
  const fault = faultAt(document, nameOf);
  const whole = ManualFile.safeParse(document.value);
  if (!whole.success) {
    for (const { path: at, expected, advice, at: part } of mismatches(whole.error.issues, ManualFile, document.value))
      yield { fault: fault(at, expected, advice, part) };
    return;
  }
  const ids = new Set<string>();
  for (const [index, value] of whole.data.vms.entries()) {
    const parsed = ManualVm.safeParse(value);
    if (!parsed.success) {
      for (const { path: at, expected, advice, at: part } of mismatches(parsed.error.issues, ManualVm, value))
        yield { fault: fault(["vms", index, ...at], expected, advice, part) };
      continue;
    }
    const vm = parsed.data;
    const id = vm.id ?? vm.name;
    const isTwice = ids.has(id);
    ids.add(id);
    const path = ["vms", index, vm.id === undefined ? "name" : "id"];
    if (isTwice) yield { fault: fault(path, "each VM once", "give each an id of its own (id: ...)") };
    else yield* readVm(file, vm, ["vms", index], fault, options);
  }
}

/** Name of the VM that a path lies in, for faults. */
function nameOf(at: Path, value: unknown): string | null {
  const name = at[0] === "vms" && at.length > 1 ? valueAt(value, [...at.slice(0, 2), "name"]) : null;
  return typeof name === "string" ? shown(name) : null;
}

async function* readVm(
  file: string,
  vm: ManualVm,
  at: Path,
  fault: FaultAt,
  options: ReadOptions,
): AsyncIterable<Finding> {
  const { disks, faults } = await manualDisks(vm.disks, at, fault, options);
  for (const one of faults) yield { fault: one };
  // A VM that lacks one of its disks would be migrated without it.
  if (faults.length > 0) return;
  const found = checkedVm(file, { ...factsOf(file, vm), disks, nics: vm.nics.map(nicOf) });
  const assumed = defaultsOf(vm);
  if (assumed.length > 0 && found.every((one) => "vm" in one))
    yield { note: { file, vms: [vm.name], text: `not said, so taken: ${assumed.join(", ")}` } };
  yield* found;
}

/** What was taken for granted, in words. */
function defaultsOf(vm: ManualVm): string[] {
  return [
    ...(vm.power === undefined ? ["switched off"] : []),
    ...(vm.firmware === undefined ? ["firmware bios"] : []),
    ...(vm.guest === undefined ? ["an unknown system"] : []),
    ...vm.disks.flatMap(({ bus }, index) => (bus === undefined ? [`disk ${index + 1} on scsi`] : [])),
  ];
}

function factsOf(file: string, vm: ManualVm): Omit<z.input<typeof FoundVm>, "disks" | "nics"> {
  const power = vm.power ?? "off";
  const guest = vm.guest ?? "";
  return {
    source: { kind: "manual", id: vm.id ?? vm.name, server: path.basename(file) },
    instanceUuid: null,
    name: vm.name,
    powerState: power === "on" ? "poweredOn" : power === "off" ? "poweredOff" : "suspended",
    cpus: vm.cpus,
    coresPerSocket: vm.coresPerSocket ?? null,
    memoryMiB: Math.ceil(vm.memory / 2 ** 20),
    firmware: vm.firmware ?? "bios",
    secureBoot: vm.secureBoot,
    tpm: vm.tpm,
    guestId: /^\w+Guest(64)?$/.test(guest) ? guest : guestIdOfName(guest),
    guestName: vm.guest ?? null,
    hostName: vm.hostName ?? null,
    toolsState: "unknown",
    annotation: vm.notes ?? null,
    tags: vm.tags,
    vips: vm.vips,
  };
}

function nicOf(nic: ManualNic, index: number): z.input<typeof EstateNic> {
  return {
    deviceKey: nic.deviceKey ?? nicKey(index),
    label: `Network adapter ${index + 1}`,
    macAddress: nic.mac ?? null,
    network: nic.network,
    adapter: nic.model ?? null,
    connected: nic.connected,
    startConnected: nic.connected,
    addresses: nic.addresses.map((text) => {
      const [address = "", prefix] = text.split("/");
      return { address, prefixLength: prefix === undefined ? null : Number(prefix) };
    }),
    gateway: nic.gateway ?? null,
  };
}
