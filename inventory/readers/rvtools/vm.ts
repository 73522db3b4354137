import type { z } from "zod";
import type { NotTold } from "../../schema/estate.ts";
import { shown, shownValue } from "../../shown.ts";
import { type Finding, checkedVm, type FoundVm, type Note, sourceFault } from "../reader.ts";
import { type Cell, cellDate, cellFlag, cellText, cellWhole } from "./cell.ts";
import { readDevices } from "./devices.ts";
import { readDisks, type RowFault } from "./disks.ts";
import type { Field } from "./fields.ts";
import { guestIdOfName } from "./guest-names.ts";
import type { Joined } from "./join.ts";
import { readNics } from "./nics.ts";
import { readPartitions } from "./partitions.ts";
import { cellOf } from "./table.ts";
import type { TabName } from "./tabs.ts";
import type { VmRow } from "./vm-rows.ts";

/** The rows of every tab, by VM. */
export type JoinedTabs = Readonly<Record<TabName, Joined>>;

type Facts = z.input<typeof FoundVm>;

/** A VM from its row of vInfo and those of the other tabs, or what is wrong with it. */
export function* readVm(vm: VmRow, tabs: JoinedTabs, place: string): Iterable<Finding> {
  const { table, row, name } = vm;
  const cell = (field: Field): Cell => cellOf(table, row, field);
  const text = (field: Field): string | null => cellText(cell(field));
  const powerState = powerStateOf(text("powerState"));
  const [cpus, memoryMiB] = [cellWhole(cell("cpus")), cellWhole(cell("memory"))];
  if (powerState === null || cpus === null || memoryMiB === null) {
    const bad = powerState === null ? "Powerstate" : cpus === null ? "CPUs" : "Memory";
    const found = text(powerState === null ? "powerState" : cpus === null ? "cpus" : "memory");
    const expected = powerState === null ? "poweredOn, poweredOff or suspended" : "a whole number";
    yield faultOf(vm, { path: bad, value: found, expected, line: row.line, file: table.file });
    return;
  }
  const disks = readDisks(tabs.vDisk.of(vm));
  const nics = readNics(tabs.vNetwork.of(vm));
  for (const fault of [...disks.faults, ...nics.faults]) yield faultOf(vm, fault);
  if (disks.isOrderOnly) yield { note: orderNote(vm) };
  const server = vm.server ?? place;
  const facts: Facts = {
    source: { kind: "rvtools", id: vm.id ?? vm.uuid ?? `name:${name}`, server },
    // Before SMBIOS UUID became a column of its own, VM UUID was that one; vCenter's own is known since.
    instanceUuid: text("smbiosUuid") === null ? null : vm.uuid,
    ...{ name, powerState, cpus, memoryMiB, secureBoot: cellFlag(cell("secureBoot")), tpm: null },
    template: cellFlag(cell("template")) ?? false,
    coresPerSocket: positive(ofTab(vm, tabs.vCPU, "coresPerSocket")),
    firmware: firmwareOf(text("firmware")),
    guestId: guestIdOfName(text("os")),
    ...{ guestName: text("os"), guestReportedName: text("osReported"), hostName: text("dnsName") },
    toolsState: toolsStateOf(cellText(ofTab(vm, tabs.vTools, "tools")), text("guestState")),
    snapshots: snapshotsOf(vm, tabs.vSnapshot),
    changeTracking: cellFlag(cell("cbt")),
    diskUuidVisible: cellFlag(cell("diskUuidVisible")),
    ...{ esxiHost: text("host"), cluster: text("cluster"), folder: text("folder"), datacenter: text("datacenter") },
    hardwareVersion: hardwareVersionOf(text("configVersion")),
    cpuHotAdd: cellFlag(ofTab(vm, tabs.vCPU, "hotAdd")),
    memoryHotAdd: cellFlag(ofTab(vm, tabs.vMemory, "hotAdd")),
    faultTolerance: text("faultTolerance") === null ? null : !/^notconfigured$/i.test(text("faultTolerance") ?? ""),
    consolidationNeeded: cellFlag(cell("consolidation")),
    ...{ connectionState: text("connectionState"), annotation: text("annotation") },
    customAttributes: customAttributesOf(vm),
    devices: [...readDevices(vm, tabs), ...nics.sriov],
    guestDisks: readPartitions(tabs.vPartition.of(vm)),
    ...{ disks: [...disks.disks], nics: [...nics.nics] },
    notTold: notTold(vm, tabs, disks, nics),
  };
  yield* checkedVm(table.file, facts);
}

/** What the lists do not tell whole, and what no RVTools tells. */
function notTold(
  vm: VmRow,
  tabs: JoinedTabs,
  { disks, faults: ofDisks }: ReturnType<typeof readDisks>,
  { nics, faults: ofNics }: ReturnType<typeof readNics>,
): NotTold[] {
  const isShort = (tab: Joined, faults: readonly RowFault[], counted: Cell, listed: number): boolean =>
    !tab.isThere || tab.doubtful.has(vm) || faults.length > 0 || (cellWhole(counted) ?? listed) !== listed;
  const [diskCount, nicCount] = [cellOf(vm.table, vm.row, "diskCount"), cellOf(vm.table, vm.row, "nicCount")];
  return [
    ...(isShort(tabs.vDisk, ofDisks, diskCount, disks.length) ? (["disks"] as const) : []),
    ...(isShort(tabs.vNetwork, ofNics, nicCount, nics.length) ? (["nics"] as const) : []),
    ...(tabs.vSnapshot.isThere && !tabs.vSnapshot.doubtful.has(vm) ? [] : (["snapshots"] as const)),
    ...(["devices", "encryption", "exactSizes"] as const),
  ];
}

function faultOf({ name }: VmRow, { path, value, expected, line, file }: RowFault): Finding {
  const found = value === null ? "nothing" : shownValue(value);
  return {
    fault: sourceFault(
      file,
      name,
      shown(path, 120),
      found,
      expected,
      "correct it at the source, and export it again",
      line,
    ),
  };
}

function orderNote({ table, name }: VmRow): Note {
  const text = "neither Disk Key nor controller is told: disks are numbered in the order of their rows";
  return { file: table.file, vms: [name], text };
}

/** The value in the first of a tab's rows of the VM: tabs that have one row a VM. */
function ofTab(vm: VmRow, tab: Joined, field: Field): Cell {
  const [first] = tab.of(vm);
  return first === undefined ? null : cellOf(first.table, first.row, field);
}

function powerStateOf(text: string | null): Facts["powerState"] | null {
  const states = { poweredon: "poweredOn", poweredoff: "poweredOff", suspended: "suspended" } as const;
  const plain = (text ?? "").toLowerCase().replace(/[^a-z]/g, "");
  return plain === "poweredon" || plain === "poweredoff" || plain === "suspended" ? states[plain] : null;
}

function firmwareOf(text: string | null): Facts["firmware"] {
  const plain = text?.toLowerCase();
  return plain === "bios" || plain === "efi" ? plain : null;
}

/** vTools says it outright; a guest that runs as vInfo sees it is seen through running tools. */
function toolsStateOf(tools: string | null, guestState: string | null): Facts["toolsState"] {
  const plain = tools?.toLowerCase().replace(/[^a-z]/g, "") ?? "";
  if (/notinstalled$/.test(plain)) return "notInstalled";
  if (/notrunning$/.test(plain)) return "notRunning";
  if (/^(tools)?(ok|old)$/.test(plain)) return "running";
  return guestState?.toLowerCase() === "running" ? "running" : "unknown";
}

function snapshotsOf(vm: VmRow, tab: Joined): Facts["snapshots"] {
  return tab.of(vm).map(({ table, row }, order) => ({
    id: String(order + 1),
    name: cellText(cellOf(table, row, "name")) ?? "",
    createdAt: cellDate(cellOf(table, row, "date")),
  }));
}

function customAttributesOf({ table, row }: VmRow): Record<string, string> {
  return Object.fromEntries(
    table.columns.custom.flatMap(({ name, place }) => {
      const value = cellText(row.cells[place] ?? null);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** "19", "vmx-19" or "v19". */
function hardwareVersionOf(text: string | null): number | null {
  const number = /^(?:vmx-|v)?0*(\d{1,3})$/i.exec(text ?? "")?.[1];
  return number === undefined ? null : positive(Number(number));
}

function positive(cell: Cell): number | null {
  const number = cellWhole(cell);
  return number === null || number === 0 ? null : number;
}
