import type { z } from "zod";
import type { EstateDisk } from "../../schema/estate.ts";
import { cellFlag, cellMiBAsBytes, cellText, cellWhole } from "./cell.ts";
import { derivedKey, placeOfController } from "./controller.ts";
import type { Attached } from "./join.ts";
import { cellOf } from "./table.ts";

/** What is wrong with a row. */
export interface RowFault {
  readonly path: string;
  readonly value: string | null;
  readonly expected: string;
  readonly line: number;
  readonly file: string;
}

/** The disks of a VM; those that cannot be used are faults, and the list is then not whole. */
export interface ReadDisks {
  readonly disks: readonly z.input<typeof EstateDisk>[];
  readonly faults: readonly RowFault[];
  /** Device keys are made up from the order of the rows: neither key nor controller is told. */
  readonly isOrderOnly: boolean;
}

const modes = new Set<string>([
  ...["persistent", "nonpersistent", "undoable", "independent_persistent", "independent_nonpersistent", "append"],
]);
const isMode = (text: string): text is z.infer<typeof EstateDisk>["mode"] => modes.has(text);

/** Reads the rows of vDisk of one VM. */
export function readDisks(rows: readonly Attached[]): ReadDisks {
  const disks = new Map<number, z.input<typeof EstateDisk>>();
  const faults: RowFault[] = [];
  let isOrderOnly = false;
  for (const [order, { table, row }] of rows.entries()) {
    const text = (field: Parameters<typeof cellOf>[2]): string | null => cellText(cellOf(table, row, field));
    const label = text("disk") ?? `Hard disk ${order + 1}`;
    const fault = (path: string, value: string | null, expected: string): void => {
      faults.push({ path: `${label}: ${path}`, value, expected, line: row.line, file: table.file });
    };
    const capacityBytes = cellMiBAsBytes(cellOf(table, row, "capacity"));
    const file = fileOf(text("diskPath"));
    const mode = text("diskMode")?.toLowerCase() ?? "persistent";
    const told = cellWhole(cellOf(table, row, "diskKey"));
    const unit = cellWhole(cellOf(table, row, "unit")) ?? cellWhole(cellOf(table, row, "scsiUnit"));
    const place = placeOfController([text("controllerLabel"), text("controller")], told, unit);
    const deviceKey = told ?? (place === null ? null : derivedKey(place)) ?? 2000 + order;
    if (capacityBytes === null || capacityBytes === 0) fault("Capacity MiB", text("capacity"), "a size in MiB");
    else if (file === null) fault("Disk Path", text("diskPath"), "[datastore] folder/name.vmdk");
    else if (!isMode(mode)) fault("Disk Mode", mode, "a mode of vSphere such as persistent");
    else if (disks.get(deviceKey)?.file === file.file) continue;
    else if (disks.has(deviceKey)) fault("Disk Key", String(deviceKey), "a key that no other disk of the VM has");
    else {
      isOrderOnly ||= told === null && place === null;
      disks.set(deviceKey, {
        ...file,
        deviceKey,
        label,
        capacityBytes,
        mode,
        format: "vmdk",
        // Without controller all are in one place: nothing then speaks for one of them as the disk to boot from.
        controller: {
          ...{ key: null, bus: place?.bus ?? "scsi", busNumber: place?.busNumber ?? 0, model: place?.model ?? null },
          sharedBus: sharedBus(text("sharedBus")),
        },
        unit: place?.unit ?? 0,
        sharing: /multi-?writer/i.test(text("sharingMode") ?? "") ? "multiWriter" : "none",
        rdm: rdmOf(cellFlag(cellOf(table, row, "raw")), text("rawMode")),
        thin: cellFlag(cellOf(table, row, "thin")),
        uuid: text("diskUuid")?.toLowerCase() ?? null,
        parentFile: parentOf(file.file),
      });
    }
  }
  return { disks: [...disks.values()], faults, isOrderOnly };
}

/** "[ds] web01/web01.vmdk". A path that leads out of its datastore is none. */
function fileOf(path: string | null): { datastore: string; file: string } | null {
  const [, datastore, file] = /^\[([^\]]+)\]\s*(\S[^]*)$/.exec(path ?? "") ?? [];
  if (datastore === undefined || file === undefined) return null;
  const leaves = file.startsWith("/") || file.split(/[/\\]/).includes("..") || file.includes("\0");
  return leaves ? null : { datastore, file };
}

/** VMware numbers the files of snapshots so: the disk is then a difference to another file, at the end to this one. */
function parentOf(file: string): string | null {
  const base = file.replace(/-\d{6}\.vmdk$/i, ".vmdk");
  return base === file ? null : base;
}

function sharedBus(text: string | null): "none" | "virtual" | "physical" {
  return /virtual/i.test(text ?? "") ? "virtual" : /physical/i.test(text ?? "") ? "physical" : "none";
}

function rdmOf(isRaw: boolean | null, mode: string | null): "none" | "virtual" | "physical" {
  if (isRaw !== true) return "none";
  return /virtual/i.test(mode ?? "") ? "virtual" : "physical";
}
