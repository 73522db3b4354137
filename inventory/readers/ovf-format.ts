import type { DiskFormat } from "../schema/estate.ts";

/**
 * Formats by the address that stands for them in an OVF. VMware's name the kind of VMDK behind a #; Microsoft's VHD has
 * had several pages.
 */
const FORMATS: readonly (readonly [RegExp, DiskFormat])[] = [
  [/vhdx/i, "vhdx"],
  [/vmdk/i, "vmdk"],
  [/vhd|bb676673|linkid=137171/i, "vhd"],
  [/qcow/i, "qcow2"],
  [/\bvdi\b/i, "vdi"],
  [/\.org\/wiki\/byte$|^raw$/i, "raw"],
];

const EXTENSIONS: Readonly<Record<string, DiskFormat>> = {
  vmdk: "vmdk",
  vhd: "vhd",
  vhdx: "vhdx",
  qcow2: "qcow2",
  vdi: "vdi",
  raw: "raw",
};

/**
 * The format of a disk as the OVF says it: oVirt's `volume-format` (its `format` is one address for all of them), else
 * `format`; where there is none, the file's ending. null: an address that is not known. The file is never probed.
 */
export function diskFormat(attributes: ReadonlyMap<string, string>, href: string): DiskFormat | null {
  const volume = attributes.get("volume-format")?.toUpperCase();
  if (volume === "COW") return "qcow2";
  if (volume === "RAW") return "raw";
  const format = attributes.get("format") ?? "";
  if (format === "") return EXTENSIONS[/\.(\w{1,8})$/.exec(href)?.[1]?.toLowerCase() ?? ""] ?? null;
  return FORMATS.find(([pattern]) => pattern.test(format))?.[1] ?? null;
}
