import { basename } from "node:path";
import { quote } from "./locate.ts";

/** One extent line of a VMDK descriptor. */
export interface VmdkExtent {
  readonly sectors: number;
  readonly type: "FLAT" | "VMFS" | "SPARSE" | "VMFSSPARSE" | "SESPARSE";
  /** Plain file name in the folder of the descriptor. */
  readonly file: string;
  /** Where the data begins in the file, in sectors (FLAT only). */
  readonly offsetSectors: number;
}

/** What a descriptor says, or why the disk is not taken. */
export type VmdkDescriptor =
  | { readonly extents: readonly VmdkExtent[]; readonly createType: string; readonly faults: readonly [] }
  | { readonly faults: readonly [string, ...string[]] };

const EXTENT =
  /^RW[ \t]+(\d{1,15})[ \t]+(FLAT|VMFS|SPARSE|VMFSSPARSE|SESPARSE)[ \t]+"([^"\r\n]+)"(?:[ \t]+(\d{1,15}))?$/;

/**
 * Reads a descriptor with more suspicion than qemu, which skips extents that it does not know (the data after them moves
 * up), opens whatever an extent names, and reads what is missing as zeroes. Whatever qemu might take for an extent and is
 * not one that is known to be read right is a fault.
 */
export function readVmdkDescriptor(text: string): VmdkDescriptor {
  const lines = (text.split("\0")[0] ?? "").split("\n").map((line) => line.trim());
  const faults: string[] = [];
  const extents: VmdkExtent[] = [];
  for (const line of lines.filter((candidate) => /^(RW|RDONLY|NOACCESS)(\s|$)/.test(candidate))) {
    const [, sectors, type, file, offset] = EXTENT.exec(line) ?? [];
    if (sectors === undefined || file === undefined || !isType(type))
      faults.push(
        `the extent ${quote(line)} is of a kind that cannot be read (access RW; FLAT, VMFS, SPARSE, VMFSSPARSE or SESPARSE)`,
      );
    else if (!isPlainName(file))
      faults.push(`the extent names ${quote(file)}, which is not a plain file name in the descriptor's folder`);
    else extents.push({ sectors: Number(sectors), type, file, offsetSectors: Number(offset ?? 0) });
  }
  const values = new Map(lines.flatMap((line) => keyValue(line)));
  const parentCid = values.get("parentcid") ?? "ffffffff";
  const hint = values.get("parentfilenamehint");
  if (parentCid.toLowerCase() !== "ffffffff" || hint !== undefined)
    faults.push(
      `it is a snapshot of ${hint === undefined ? "another disk" : quote(hint)} (parentCID ${parentCid}): remove or consolidate the VM's snapshots first`,
    );
  if (extents.length === 0 && faults.length === 0) faults.push("its descriptor names no extent");
  const [first, ...more] = faults;
  if (first !== undefined) return { faults: [first, ...more] };
  return { extents, createType: values.get("createtype") ?? "", faults: [] };
}

/** Whether a name stays in its folder and means the same to qemu as to the file system: no protocol such as `json:`. */
const isPlainName = (name: string): boolean =>
  basename(name) === name &&
  name !== "." &&
  name !== ".." &&
  !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(name) &&
  !name.includes("\\");

const isType = (type: string | undefined): type is VmdkExtent["type"] => type !== undefined;

function keyValue(line: string): [string, string][] {
  const match = /^(\w+)\s*=\s*(.*)$/.exec(line);
  return match?.[1] === undefined || match[2] === undefined
    ? []
    : [[match[1].toLowerCase(), match[2].trim().replace(/^"(.*)"$/, "$1")]];
}
