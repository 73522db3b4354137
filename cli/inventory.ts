import Table from "cli-table3";
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { formatFaults, type Fault } from "../inventory/fault.ts";
import { toSortedJson } from "../inventory/json.ts";
import { loadEstate } from "../inventory/load.ts";
import { formatNote, type FoundVm, type Note, type Reader } from "../inventory/readers/reader.ts";
import { readHyperv } from "../inventory/readers/hyperv.ts";
import { readLibvirt } from "../inventory/readers/libvirt.ts";
import { readManual } from "../inventory/readers/manual.ts";
import { readOva } from "../inventory/readers/ova.ts";
import { readRvtools } from "../inventory/readers/rvtools/rvtools.ts";
import { readVmx } from "../inventory/readers/vmx.ts";
import type { SourceFacts } from "../inventory/schema/source.ts";
import { shown } from "../inventory/shown.ts";
import { writeSources } from "../inventory/source-file.ts";
import { refresh, writeRefresh, type Refresh, type Refreshed } from "../inventory/write-estate.ts";
import { exitCodes, UserError } from "./failure.ts";
import { project } from "./project.ts";
import { sourceKinds } from "./source-kinds.ts";
import { readVcenter } from "./read-vcenter.ts";

export interface InventoryOptions {
  /** Folder with estate/; default: inventory of the project. */
  readonly inventory?: string;
  readonly datastore?: string;
  readonly datastoreFolder?: string;
  /** OVF packages: compare their files with the manifest; default true. */
  readonly manifestCheck?: boolean;
  readonly dryRun: boolean;
  /** Take what a spreadsheet tells over what a vCenter has told; default: the VM stays as it is. */
  readonly replace?: boolean;
  readonly json: boolean;
}

/** Sources by the name on the command line. */
const readers: Readonly<Record<(typeof sourceKinds)[number], Reader>> = {
  hyperv: readHyperv,
  libvirt: readLibvirt,
  manual: readManual,
  ova: readOva,
  rvtools: readRvtools,
  vcenter: readVcenter,
  vmx: readVmx,
};
/** Those whose places are no files. */
const live: ReadonlySet<Reader> = new Set([readVcenter]);

/** `wavelift inventory KIND PLACE...`: reads the sources, writes the estate, prints what changed. */
export async function inventoryCommand(
  kind: string,
  places: readonly string[],
  options: InventoryOptions,
): Promise<number> {
  const known = sourceKinds.find((name) => name === kind);
  if (known === undefined) throw new UserError(`"${kind}" is no kind of source. There are: ${sourceKinds.join(", ")}.`);
  const reader = readers[known];
  const estateFolder = path.join(path.resolve(options.inventory ?? path.join(project, "inventory")), "estate");
  const { vms, faults, notes, sources } = await readPlaces(reader, places, options);
  const estate = existsSync(estateFolder) ? await loadEstate(estateFolder) : new Map<string, never>();
  const all = refresh(vms, estate, options.replace);
  // What could not be read may well be there.
  const found = faults.length === 0 ? all : { ...all, gone: [] };
  if (!options.dryRun) {
    await writeRefresh(estateFolder, found);
    await writeSources(path.join(path.dirname(estateFolder), "sources"), sources);
  }
  if (options.json) process.stdout.write(toSortedJson({ ...summaryOf(found), faults, notes }));
  else
    print(
      found,
      { faults, notes },
      options.dryRun ? "Nothing was written (--dry-run)." : `Written to ${estateFolder}.`,
    );
  return faults.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function readPlaces(
  reader: Reader,
  places: readonly string[],
  options: InventoryOptions,
): Promise<{ vms: FoundVm[]; faults: Fault[]; notes: Note[]; sources: SourceFacts[] }> {
  const vms: FoundVm[] = [];
  const faults: Fault[] = [];
  const notes: Note[] = [];
  const sources: SourceFacts[] = [];
  for (const place of places) {
    const isLive = live.has(reader);
    if (!isLive && !existsSync(place)) throw new UserError(`There is no ${place}.`);
    const folder = isLive || statSync(place).isDirectory() ? place : path.dirname(place);
    const datastoreFolder = path.resolve(options.datastoreFolder ?? folder);
    const datastore = options.datastore ?? path.basename(datastoreFolder);
    const { manifestCheck = true } = options;
    for await (const finding of reader(place, { datastore, datastoreFolder, manifestCheck, progress: told })) {
      if ("vm" in finding) vms.push(finding.vm);
      else if ("fault" in finding) faults.push(finding.fault);
      else if ("note" in finding) notes.push(finding.note);
      else sources.push(finding.source);
    }
  }
  return { vms, faults, notes, sources };
}

/** What goes on, for people: not part of the result. */
const told = (message: string): void => {
  process.stderr.write(`${shown(message, 160)}\n`);
};

function summaryOf({ vms, gone }: Refresh): object {
  const of = (status: Refreshed["status"]): string[] =>
    vms.filter((one) => one.status === status).map(({ vm }) => vm.key);
  const changes = Object.fromEntries(
    vms.filter(({ status }) => status === "changed").map(({ vm, changes }) => [vm.key, changes]),
  );
  return { new: of("new"), changed: changes, same: of("same").length, kept: of("kept"), gone };
}

/** Most VMs that the table shows: of 5,000 nobody reads the last. */
const MOST_ROWS = 100;

function print(
  { vms, gone }: Refresh,
  { faults, notes }: { readonly faults: readonly Fault[]; readonly notes: readonly Note[] },
  end: string,
): void {
  const table = new Table({
    head: ["VM", "", "at the source", "CPUs", "MiB", "disks", "GiB", "NICs"],
    style: { head: [], border: [], compact: true },
  });
  const told = vms.filter(({ status }) => status !== "same");
  for (const { vm, status } of told.slice(0, MOST_ROWS)) {
    const gib = vm.disks.reduce((sum, disk) => sum + disk.capacityBytes, 0) / 2 ** 30;
    table.push([
      vm.key,
      status,
      shown(vm.name),
      vm.cpus,
      vm.memoryMiB,
      vm.disks.length,
      gib.toFixed(1),
      vm.nics.length,
    ]);
  }
  if (told.length > 0) process.stdout.write(`${table.toString()}\n`);
  if (told.length > MOST_ROWS) process.stdout.write(`... and ${told.length - MOST_ROWS} more (--json lists all)\n`);
  for (const { vm, status, changes } of vms)
    for (const change of status === "kept" ? [] : changes)
      process.stdout.write(`${vm.key}: ${shown(change.path, 120)}: ${change.before} -> ${change.after}\n`);
  const kept = vms.filter(({ status }) => status === "kept").map(({ vm }) => vm.key);
  if (kept.length > 0)
    process.stdout.write(
      `${kept.length} VM(s) stay as they were read from vCenter, which tells more than RVTools (${kept.slice(0, 8).join(", ")}` +
        `${kept.length > 8 ? ", ..." : ""}): read them there again, or take the spreadsheet's word with --replace.\n`,
    );
  for (const key of gone) process.stdout.write(`${key}: no longer at the source; its file stays.\n`);
  for (const note of notes) process.stdout.write(`${formatNote(note)}\n`);
  if (faults.length > 0) process.stderr.write(`${formatFaults(faults)}\n`);
  const count = (status: Refreshed["status"]): number => vms.filter((one) => one.status === status).length;
  process.stdout.write(
    `${vms.length} VM(s): ${count("new")} new, ${count("changed")} changed, ${count("same")} the same. ${end}\n`,
  );
}
