import type { Finding } from "../../../inventory/readers/reader.ts";
import type { Cell } from "../../../inventory/readers/rvtools/cell.ts";
import { readExport } from "../../../inventory/readers/rvtools/export.ts";
import { Budget, TableBuilder } from "../../../inventory/readers/rvtools/table-builder.ts";
import type { TabName } from "../../../inventory/readers/rvtools/tabs.ts";

/** A tab as rows of cells by header. */
export type Rows = readonly Readonly<Record<string, Cell>>[];

/** Reads an export of these tabs. */
export function findingsOf(tabs: Partial<Record<TabName, Rows>>): Finding[] {
  const tables = Object.entries(tabs).flatMap(([tab, rows]) => {
    const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const builder = new TableBuilder(tabName(tab), `[${tab}]`, new Budget());
    builder.add(1, headers);
    for (const [index, row] of rows.entries())
      builder.add(
        index + 2,
        headers.map((header) => row[header] ?? null),
      );
    return builder.table === null ? [] : [builder.table];
  });
  return [...readExport(tables, "export.xlsx")];
}

const isTab = (name: string): name is TabName => /^d?v[A-Z]/.test(name);
function tabName(name: string): TabName {
  if (isTab(name)) return name;
  throw new Error(`no tab: ${name}`);
}

export type Found = Extract<Finding, { vm: unknown }>["vm"];

/** The findings by kind; faults and notes in one line each. */
export function sorted(findings: readonly Finding[]) {
  return {
    vms: findings.flatMap((one) => ("vm" in one ? [one.vm] : [])),
    sources: findings.flatMap((one) => ("source" in one ? [one.source] : [])),
    faults: findings.flatMap((one) =>
      "fault" in one ? [`${one.fault.vm ?? ""} ${one.fault.path}: ${one.fault.value}`.trim()] : [],
    ),
    notes: findings.flatMap((one) => ("note" in one ? [`${one.note.text}: ${one.note.vms.join(", ")}`] : [])),
  };
}

/** A row of vInfo with what every VM has. */
export function info(name: string, more: Readonly<Record<string, Cell>> = {}): Readonly<Record<string, Cell>> {
  return {
    ...{
      VM: name,
      Powerstate: "poweredOn",
      Template: false,
      CPUs: 2,
      Memory: 4096,
      NICs: 0,
      Disks: 0,
      Firmware: "efi",
    },
    ...{ "SMBIOS UUID": null, "VM ID": null, "VM UUID": null, "VI SDK Server": "vc1.example.org", ...more },
  };
}

/** A row of vDisk with what every disk has. */
export function diskRow(vm: string, more: Readonly<Record<string, Cell>> = {}): Readonly<Record<string, Cell>> {
  return {
    ...{ VM: vm, "VM ID": null, "VI SDK Server": "vc1.example.org", Disk: "Hard disk 1", "Disk Key": 2000 },
    ...{ "Disk Path": `[ds1] ${vm}/${vm}.vmdk`, "Capacity MiB": 10_240, Raw: false, "Disk Mode": "persistent" },
    ...{ Controller: "VMware paravirtual SCSI", Label: "SCSI controller 0", "Unit #": 0, ...more },
  };
}
