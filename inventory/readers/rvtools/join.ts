import type { Fault } from "../../fault.ts";
import { sourceFault } from "../reader.ts";
import type { Row, Table } from "./table.ts";
import { identityOf, type VmRow } from "./vm-rows.ts";

/** A row of a tab that is of one VM. */
export interface Attached {
  readonly table: Table;
  readonly row: Row;
}

/** The rows of a tab by VM. */
export interface Joined {
  /** Whether the export has the tab. */
  readonly isThere: boolean;
  readonly of: (vm: VmRow) => readonly Attached[];
  /** VMs to which a row may belong that could not be given to one: what is known of them is not all. */
  readonly doubtful: ReadonlySet<VmRow>;
  readonly faults: readonly Fault[];
}

type Kind = "id" | "uuid" | "name";
const kinds: readonly Kind[] = ["id", "uuid", "name"];

/**
 * Finds the VM of a row: by VM ID, else by VM UUID, else by name, always within its vCenter. The first of them that both
 * the row and vInfo have decides; a row that then fits none or several is given to nobody.
 */
export class VmIndex {
  readonly #vms = new Map<string, VmRow[]>();
  readonly #kinds = new Set<Kind>();
  readonly #hasServers: boolean;

  constructor(vms: readonly VmRow[]) {
    this.#hasServers = vms.some(({ server }) => server !== null);
    for (const vm of vms)
      for (const kind of kinds) {
        const value = vm[kind];
        if (value === null) continue;
        this.#kinds.add(kind);
        for (const server of new Set([null, vm.server])) this.#add(keyOf(kind, server, value), vm);
      }
  }

  #add(key: string, vm: VmRow): void {
    const there = this.#vms.get(key);
    if (there === undefined) this.#vms.set(key, [vm]);
    else there.push(vm);
  }

  /** The VMs that the row may be of: one when it is sure. */
  candidates(table: Table, row: Row): readonly VmRow[] {
    const identity = identityOf(table, row);
    const server = this.#hasServers ? identity.server : null;
    for (const kind of kinds) {
      const value = identity[kind];
      if (value === null || !this.#kinds.has(kind)) continue;
      const found = this.#vms.get(keyOf(kind, server, value)) ?? [];
      const sameName = found.filter(({ name }) => name === identity.name);
      return found.length > 1 && sameName.length > 0 ? sameName : found;
    }
    return [];
  }

  /** VMs of the name that a row has, whatever else it says. */
  namesakes(table: Table, row: Row): readonly VmRow[] {
    return this.#vms.get(keyOf("name", null, identityOf(table, row).name ?? "")) ?? [];
  }
}

const keyOf = (kind: Kind, server: string | null, value: string): string => JSON.stringify([kind, server, value]);

/** Gives the rows of a tab to their VMs. What fits none is one fault a tab, or 12,000 lines would hide all others. */
export function join(index: VmIndex, tables: readonly Table[]): Joined {
  const rows = new Map<VmRow, Attached[]>();
  const doubtful = new Set<VmRow>();
  const faults: Fault[] = [];
  for (const table of tables) {
    const stray: Row[] = [];
    for (const row of table.rows) {
      const [vm, ...others] = index.candidates(table, row);
      if (vm !== undefined && others.length === 0) {
        const attached = rows.get(vm);
        if (attached === undefined) rows.set(vm, [{ table, row }]);
        else attached.push({ table, row });
      } else {
        stray.push(row);
        for (const one of [...(vm === undefined ? index.namesakes(table, row) : [vm]), ...others]) doubtful.add(one);
      }
    }
    if (stray.length > 0) faults.push(strayFault(table, stray));
  }
  return { isThere: tables.length > 0, of: (vm) => rows.get(vm) ?? [], doubtful, faults };
}

function strayFault(table: Table, stray: readonly Row[]): Fault {
  const lines = stray.slice(0, 5).map(({ line }) => line);
  const name = stray.length === 1 && stray[0] !== undefined ? identityOf(table, stray[0]).name : null;
  return sourceFault(
    table.file,
    name,
    "",
    `${stray.length} rows that fit no VM of vInfo, or several (lines ${lines.join(", ")}${stray.length > 5 ? ", ..." : ""})`,
    "VM ID, VM UUID or an unambiguous name of a VM of vInfo",
    "export all tabs at once, with VM IDs; what belongs to these rows is missing",
    lines[0] ?? null,
  );
}
