import type { DiskBytes } from "./disk-bytes.ts";

/**
 * Looks into the headers of single-file formats for what would make the file less than the whole disk (a parent, a
 * second file, encryption) before qemu opens it and follows such a reference.
 * Each function returns why the file is not taken; null when it is.
 */

/** QCOW2: header of docs/interop/qcow2.txt in QEMU's source. */
export async function qcow2Fault(file: DiskBytes): Promise<string | null> {
  const header = await file.read(0, 104);
  if (header.length < 72 || header.subarray(0, 4).toString("latin1") !== "QFI\xfb") return "it has no QCOW2 header";
  const version = header.readUInt32BE(4);
  if (version < 2 || version > 3) return `its QCOW version is ${version}, expected 2 or 3`;
  if (header.readBigUInt64BE(8) !== 0n) return "it has a backing file (a snapshot or linked clone): flatten it first";
  if (header.readUInt32BE(32) !== 0) return "it is encrypted";
  const incompatible = version === 3 && header.length >= 80 ? header.readBigUInt64BE(72) : 0n;
  if ((incompatible & 4n) !== 0n) return "its data is in another file (external data file)";
  if ((incompatible & 2n) !== 0n) return "it is marked corrupt";
  return null;
}

const VHD_FOOTER_BYTES = 512;

/** VHD: the footer of Microsoft's "Virtual Hard Disk Image Format Specification" ends every whole file. */
export async function vhdFault(file: DiskBytes): Promise<string | null> {
  const footer = await vhdFooter(file);
  if (footer.length < VHD_FOOTER_BYTES || footer.subarray(0, 8).toString("latin1") !== "conectix")
    return "it has no VHD footer at its end (not a VHD, or cut off)";
  const type = footer.readUInt32BE(60);
  if (type === 4) return "it is a differencing disk (checkpoint): merge it first";
  return type === 2 || type === 3 ? null : `its VHD type is ${type}, expected 2 (fixed) or 3 (dynamic)`;
}

/** Size in bytes that the footer gives, which Hyper-V uses; Virtual PC rounds to its disk geometry instead. */
export async function vhdSizeBytes(file: DiskBytes): Promise<number> {
  return Number((await vhdFooter(file)).readBigUInt64BE(48));
}

const vhdFooter = (file: DiskBytes): Promise<Buffer> =>
  file.read(Math.max(0, file.bytes - VHD_FOOTER_BYTES), VHD_FOOTER_BYTES);

const VHDX_REGION_TABLE = 192 * 1024;
/** GUIDs as they lie in the file. Source: [MS-VHDX] 2.2.3 and 2.6.2. */
const METADATA_REGION = Buffer.from("06a27c8b90479a4bb8fe575f050f886e", "hex");
const FILE_PARAMETERS = Buffer.from("3767a1ca36fa434db3b633f0aa44e76b", "hex");

/** VHDX: the file parameters in the metadata region tell whether it has a parent. */
export async function vhdxFault(file: DiskBytes): Promise<string | null> {
  if ((await file.read(0, 8)).toString("latin1") !== "vhdxfile") return "it has no VHDX header";
  const regions = await file.read(VHDX_REGION_TABLE, 64 * 1024);
  if (regions.length < 16 || regions.subarray(0, 4).toString("latin1") !== "regi") return "it has no VHDX region table";
  const region = findEntry(regions, 16, regions.readUInt32LE(8), METADATA_REGION);
  if (region === null) return "it has no VHDX metadata";
  const start = Number(region.readBigUInt64LE(16));
  const metadata = await file.read(start, 64 * 1024);
  if (metadata.length < 32) return "its VHDX metadata is cut off";
  const item = findEntry(metadata, 32, metadata.readUInt16LE(10), FILE_PARAMETERS);
  if (item === null) return "it has no VHDX file parameters";
  const parameters = await file.read(start + item.readUInt32LE(16), 8);
  if (parameters.length < 8) return "its VHDX file parameters are cut off";
  return (parameters.readUInt32LE(4) & 2) === 0 ? null : "it is a differencing disk (checkpoint): merge it first";
}

/** The 32-byte entry of a VHDX table that begins with this GUID. */
function findEntry(table: Buffer, first: number, count: number, guid: Buffer): Buffer | null {
  for (let index = 0; index < count; index++) {
    const entry = table.subarray(first + index * 32, first + index * 32 + 32);
    if (entry.length < 32) return null;
    if (entry.subarray(0, 16).equals(guid)) return entry;
  }
  return null;
}

/** VDI: header of VirtualBox's VDICore.h, as in QEMU's block/vdi.c. */
export async function vdiFault(file: DiskBytes): Promise<string | null> {
  const header = await file.read(0, 80);
  if (header.length < 80 || header.readUInt32LE(64) !== 0xbeda107f) return "it has no VDI header";
  const type = header.readUInt32LE(76);
  return type === 1 || type === 2
    ? null
    : `its VDI type is ${type}: only whole disks (1 or 2) are taken, no differencing ones`;
}
