import assert from "node:assert/strict";
import fc from "fast-check";
import { checkedVm, formatNote, type Finding } from "../../inventory/readers/reader.ts";
import { type Cell, cellText, cellWhole } from "../../inventory/readers/rvtools/cell.ts";
import { readCsv } from "../../inventory/readers/rvtools/csv.ts";
import { csvText } from "../../inventory/readers/rvtools/csv-text.ts";
import { readExport } from "../../inventory/readers/rvtools/export.ts";
import type { Table } from "../../inventory/readers/rvtools/table.ts";
import { Budget, TableBuilder } from "../../inventory/readers/rvtools/table-builder.ts";
import { type TabName, tabNames } from "../../inventory/readers/rvtools/tabs.ts";
import { sheetReader } from "../../inventory/readers/rvtools/xml-rows.ts";
import { SheetError } from "../../inventory/readers/rvtools/xml-stream.ts";
import { formatFaults } from "../../inventory/fault.ts";
import type { Fuzz } from "./fuzz.ts";

/** Names as an operator may have given them, and as nobody would. */
const name = fc.oneof(
  fc.constantFrom(
    "web",
    "web",
    "vCLS-1",
    "../../etc/passwd",
    "$(reboot)",
    "a\u202eb",
    "x\r\ny",
    "- [y]: {}",
    "VM",
    "__proto__",
  ),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constant("n".repeat(4097)),
);
const number = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }),
  fc.constantFrom("1.024", "1,024", "16 384", "-1", "1e400", "NaN", "9".repeat(30), "0", "4,5", ""),
);
const whole = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 70_000 }) }, { weight: 1, arbitrary: number });
const flag = fc.constantFrom("True", "False", "WAHR", "FAUX", "", "maybe");
const id = fc.constantFrom("vm-1", "vm-2", "vm-3", "", "VM-1");
const server = fc.constantFrom("vc1", "VC1", "vc2", "");
const cell: fc.Arbitrary<Cell> = fc.oneof(name, number, flag, fc.constant(null), fc.double(), fc.boolean());

/** Columns and what usually stands in them. */
const usual: Readonly<Record<string, fc.Arbitrary<Cell>>> = {
  VM: name,
  "VM ID": id,
  "VM UUID": id,
  "VI SDK Server": server,
  Powerstate: fc.constantFrom("poweredOn", "poweredOff", "suspended", "poweredOn", "Powerstate", ""),
  "SRM Placeholder": flag,
  CPUs: whole,
  Memory: whole,
  Disks: number,
  NICs: number,
  Firmware: fc.constantFrom("bios", "efi", "", "uefi"),
  "HW version": number,
  Annotation: name,
  Owner: name,
  Datacenter: name,
  "OS according to the configuration file": fc.constantFrom("Ubuntu Linux (64-bit)", "Other (32-bit)", "x"),
  Disk: fc.oneof(fc.constantFrom("Hard disk 1", "Hard disk 2"), name),
  "Disk Key": fc.oneof(fc.constantFrom(2000, 2001, 3000, 16_000), number),
  "Disk Path": fc.oneof(
    name.map((file) => `[ds] ${file}`),
    fc.constantFrom("[ds] a/b-000001.vmdk", "[ds] ../x.vmdk"),
    name,
  ),
  "Capacity MiB": number,
  "Free MiB": number,
  "Disk Mode": fc.constantFrom("persistent", "independent_persistent", "odd"),
  Controller: fc.constantFrom("SCSI controller 0", "IDE 1", "NVME controller 2", "SATA controller 999", "x"),
  "Unit #": number,
  Raw: flag,
  "NIC label": fc.constantFrom("Network adapter 1", "Network adapter 2", "x"),
  "Mac Address": fc.oneof(fc.constantFrom("00:50:56:AE:00:01", "00-50-56-ae-00-02", ""), name),
  Network: name,
  "IPv4 Address": fc.oneof(fc.constantFrom("10.0.0.1, fe80::1%3", "10.0.0.999"), name),
  Name: name,
  Host: name,
  Port: name,
  Tools: fc.constantFrom("toolsOk", "toolsNotInstalled", "x"),
  "Date / time": fc.oneof(fc.constantFrom("2024/01/02 03:04:05", "31.12.2024 1:2"), number),
};
const headers = Object.keys(usual);

interface Tab {
  readonly tab: TabName;
  readonly rows: readonly (readonly Cell[])[];
}

/** Headers in any order, some missing or doubled, and rows that mostly fit them. */
const tab = (tabName: fc.Arbitrary<TabName>): fc.Arbitrary<Tab> =>
  fc
    .record({ tab: tabName, columns: fc.array(fc.constantFrom(...headers), { minLength: 4, maxLength: 14 }) })
    .chain((made) => {
      const all = [...new Set([...made.columns, "VM", "Powerstate", "CPUs", "Memory", "Capacity MiB", "Name", "Host"])];
      const row = fc.tuple(
        ...all.map((header) => {
          const own = usual[header] ?? cell;
          return fc.oneof({ weight: 12, arbitrary: own }, { weight: 1, arbitrary: cell });
        }),
      );
      return fc.array(row, { maxLength: 2 }).map((rows) => ({ tab: made.tab, rows: [all, ...rows] }));
    });

const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  kind: fc.constantFrom("none", "cut", "flip", "double"),
});

/** An export, and how it gets to the reader: as tables, as text of a CSV, or as XML of a sheet, damaged or whole. */
const input = fc.record({
  tabs: fc.tuple(
    tab(fc.constant("vInfo")),
    tab(fc.constantFrom(...tabNames.filter((one) => one !== "vInfo"))),
    tab(fc.constantFrom("vDisk", "vNetwork")),
  ),
  way: fc.constantFrom("tables", "csv", "xml"),
  delimiter: fc.constantFrom(",", ";", "\t"),
  encoding: fc.constantFrom("utf8", "utf16le", "latin1"),
  damage,
});

type Input = typeof input extends fc.Arbitrary<infer T> ? T : never;

export const fuzz: Fuzz = {
  name: "rvtools",
  runs: 10_000,
  property: () =>
    fc.property(input, (given) => {
      const budget = new Budget();
      const faults: string[] = [];
      const tables = given.tabs.flatMap((one) => {
        const { table, told } = read(one, given, budget);
        faults.push(...told);
        return table === null ? [] : [table];
      });
      const findings = [...readExport(tables, "fuzz.xlsx")];
      for (const text of [...faults, ...findings.flatMap(printed)])
        assert.ok(!/[^\P{C}\n]/u.test(text), JSON.stringify(text));
      for (const finding of findings) expectFit(finding);
      if (given.way === "tables") expectTrue(given.tabs[0], findings);
      if (given.way === "tables" || given.damage.kind === "none") expectAllTold(given.tabs[0], tables, findings);
    }),
};

function read({ tab, rows }: Tab, given: Input, budget: Budget): { table: Table | null; told: readonly string[] } {
  if (given.way === "csv") {
    const text = rows.map((row) => row.map((one) => quoted(one)).join(given.delimiter)).join("\r\n");
    const bytes = Buffer.from(given.encoding === "utf16le" ? `\uFEFF${text}` : text, given.encoding);
    const { table, faults } = readCsv(tab, "f.csv", csvText(damaged(bytes, given.damage)), budget);
    return { table, told: faults.length === 0 ? [] : [formatFaults(faults)] };
  }
  const builder = new TableBuilder(tab, "f", budget);
  if (given.way === "tables") for (const [line, row] of rows.entries()) builder.add(line + 1, row);
  else {
    const sink = {
      wants: (column: number) => builder.wants(column),
      add: (line: number, cells: readonly Cell[]) => {
        builder.add(line, cells);
      },
    };
    const reader = sheetReader(["shared"], sink);
    const xml = `<worksheet>${rows.map((row) => `<row>${row.map(xmlCell).join("")}</row>`).join("")}</worksheet>`;
    try {
      reader.write(damaged(Buffer.from(xml), given.damage).toString());
      reader.end();
    } catch (error) {
      assert.ok(error instanceof SheetError, String(error));
    }
  }
  return { table: builder.table, told: [] };
}

function damaged(bytes: Buffer, { at, kind }: Input["damage"]): Buffer {
  const place = Math.floor(at * (bytes.length - 1));
  if (kind === "cut") return bytes.subarray(0, place);
  if (kind === "double") return Buffer.concat([bytes.subarray(0, place), bytes]);
  if (kind === "flip" && bytes.length > 0) bytes.writeUInt8(bytes.readUInt8(place) ^ 0x15, place);
  return bytes;
}

const quoted = (value: Cell): string => `"${String(value ?? "").replaceAll('"', '""')}"`;

function xmlCell(value: Cell): string {
  if (value === null) return "<c/>";
  if (typeof value === "number" && Number.isFinite(value)) return `<c><v>${value}</v></c>`;
  const text = String(value)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replace(/[^\t\n\u0020-\uD7FF\uE000-\uFFFD]/gu, "?");
  return `<c t="inlineStr"><is><t>${text}</t></is></c>`;
}

function printed(finding: Finding): string[] {
  if ("fault" in finding) return [formatFaults([finding.fault])];
  return "note" in finding ? [formatNote(finding.note)] : [];
}

/** What was found fits the schema, and no path leads out of its datastore. */
function expectFit(finding: Finding): void {
  if (!("vm" in finding)) return;
  const again = checkedVm("again", finding.vm);
  assert.ok(again.every((one) => "vm" in one));
  for (const { file } of finding.vm.disks)
    assert.ok(!file.startsWith("/") && !file.split(/[/\\]/).includes(".."), file);
  const keys = finding.vm.disks.map(({ deviceKey }) => deviceKey);
  assert.equal(new Set(keys).size, keys.length);
}

/** Of an export that was not damaged no VM disappears in silence: each row of vInfo is a VM, a fault or a note. */
function expectAllTold({ rows }: Tab, tables: readonly Table[], findings: readonly Finding[]): void {
  const read = tables.find(({ tab }) => tab === "vInfo")?.rows ?? [];
  assert.ok(read.length <= rows.length);
  const told = findings.reduce((sum, finding) => {
    if ("vm" in finding) return sum + 1;
    if ("note" in finding) return sum + (finding.note.text.startsWith("left out") ? finding.note.vms.length : 0);
    return sum + ("fault" in finding ? 1 : 0);
  }, 0);
  const repeatedHeaders = read.filter(({ cells }) => cells.includes("Powerstate")).length;
  assert.ok(told + repeatedHeaders >= read.length, `${told} told of ${read.length}`);
}

/** Every VM is as a row of vInfo says. */
function expectTrue({ rows: [headers = [], ...rows] }: Tab, findings: readonly Finding[]): void {
  const of = (row: readonly Cell[], header: string): Cell => row[headers.indexOf(header)] ?? null;
  for (const finding of findings) {
    if (!("vm" in finding)) continue;
    const { name, cpus, memoryMiB, powerState } = finding.vm;
    const isRow = (row: readonly Cell[]): boolean =>
      cellText(of(row, "VM")) === name && cellWhole(of(row, "CPUs")) === cpus && of(row, "Powerstate") === powerState;
    assert.ok(
      rows.some((row) => isRow(row) && cellWhole(of(row, "Memory")) === memoryMiB),
      name,
    );
  }
}
