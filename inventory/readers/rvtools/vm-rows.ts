import type { Fault } from "../../fault.ts";
import { shownValue } from "../../shown.ts";
import { type Note, sourceFault } from "../reader.ts";
import { cellFlag, cellText } from "./cell.ts";
import { plainHeader } from "./fields.ts";
import { cellOf, type Row, type Table } from "./table.ts";

/** A row of vInfo: a VM, and by what other tabs' rows are known to be its. */
export interface VmRow {
  readonly table: Table;
  readonly row: Row;
  readonly name: string;
  /** vCenter, in lower case; null where the export does not tell. */
  readonly server: string | null;
  /** Managed object id, such as vm-123. */
  readonly id: string | null;
  /** In lower case. */
  readonly uuid: string | null;
  /** Why it is no VM to migrate; null: it is one. */
  readonly leftOut: string | null;
}

/** The VMs of an export, those that are left out too (other tabs have rows of them), and what is wrong or worth telling. */
export interface VmRows {
  readonly vms: readonly VmRow[];
  readonly faults: readonly Fault[];
  readonly notes: readonly Note[];
}

/** Which VM a row says that it is of. */
export function identityOf(table: Table, row: Row): Pick<VmRow, "server" | "id" | "uuid"> & { name: string | null } {
  return {
    name: cellText(cellOf(table, row, "vm")),
    server: cellText(cellOf(table, row, "server"))?.toLowerCase() ?? null,
    id: cellText(cellOf(table, row, "vmId")),
    uuid: cellText(cellOf(table, row, "vmUuid"))?.toLowerCase() ?? null,
  };
}

/** Reads the rows of vInfo. */
export function readVmRows(tables: readonly Table[]): VmRows {
  const faults: Fault[] = [];
  const rows: VmRow[] = [];
  for (const table of tables)
    for (const row of table.rows) {
      const { name, ...identity } = identityOf(table, row);
      if (isHeaders(table, row)) continue;
      if (name === null)
        faults.push(
          fault(table, row, null, "no name", "the name of a VM", "see whether the VM is inaccessible in vCenter"),
        );
      else rows.push({ table, row, name, ...identity, leftOut: reasonToLeaveOut(table, row, name) });
    }
  const twice = repeated(rows);
  for (const { table, row, name, id, uuid } of twice)
    faults.push(
      id === null && uuid === null
        ? fault(table, row, name, "one of several VMs of this name, without VM ID", "a VM ID", "export VM IDs, too")
        : fault(table, row, name, shownValue(id ?? uuid), "each VM once", "remove the row that is out of date"),
    );
  const vms = rows.filter((vm) => !twice.has(vm));
  return { vms, faults, notes: leftOutNotes(vms) };
}

/** Exports that were put together have the headers again between them. */
function isHeaders(table: Table, row: Row): boolean {
  const [vm, power] = [cellOf(table, row, "vm"), cellOf(table, row, "powerState")];
  return plainHeader(cellText(power) ?? "") === "powerstate" && plainHeader(cellText(vm) ?? "").startsWith("vm");
}

function reasonToLeaveOut(table: Table, row: Row, name: string): string | null {
  if (cellFlag(cellOf(table, row, "srmPlaceholder")) === true) return "placeholders of Site Recovery Manager";
  return /^vcls($|[-_ (])/i.test(name) ? "vSphere's own agents (vCLS)" : null;
}

/** Rows of a VM that an earlier row is of already; where only the name tells, all of them: nobody knows which is which. */
function repeated(rows: readonly VmRow[]): Set<VmRow> {
  const first = new Map<string, VmRow>();
  const found = new Set<VmRow>();
  for (const vm of rows) {
    const key = JSON.stringify([vm.server, vm.id ?? vm.uuid ?? vm.name, vm.id === null && vm.uuid === null]);
    const before = first.get(key);
    if (before === undefined) first.set(key, vm);
    else {
      found.add(vm);
      if (vm.id === null && vm.uuid === null) found.add(before);
    }
  }
  return found;
}

function leftOutNotes(vms: readonly VmRow[]): Note[] {
  const reasons = [...new Set(vms.flatMap(({ leftOut }) => leftOut ?? []))];
  return reasons.map((reason) => {
    const of = vms.filter(({ leftOut }) => leftOut === reason);
    return { file: of[0]?.table.file ?? "", vms: of.map(({ name }) => name), text: `left out, being ${reason}` };
  });
}

function fault(
  { file }: Table,
  { line }: Row,
  vm: string | null,
  value: string,
  expected: string,
  advice: string,
): Fault {
  return sourceFault(file, vm, "VM", value, expected, advice, line);
}
