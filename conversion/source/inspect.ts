import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import { imageOpts, type ImageOpts } from "../copy/image-opts.ts";
import type { Commands } from "../effects.ts";
import { failed, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import { fingerprint } from "./fingerprint.ts";
import { datastoreFolder, locate, quote, type SourceFile } from "./locate.ts";
import { qcow2Fault, vdiFault, vhdFault, vhdSizeBytes, vhdxFault } from "./other-formats.ts";
import { vmdkFiles } from "./vmdk.ts";

/** A source disk that was looked into and may be copied. */
export interface InspectedSource {
  readonly files: readonly SourceFile[];
  readonly fingerprint: Fingerprint;
  /** The disk as a qemu node that gives its contents; format given, never probed. */
  readonly node: ImageOpts;
}

const Info = z.object({
  "virtual-size": z.int(),
  "backing-filename": z.string().optional(),
  encrypted: z.boolean().optional(),
  "format-specific": z
    .object({ data: z.object({ extents: z.array(z.object({ filename: z.string() })).optional() }).optional() })
    .optional(),
});

/**
 * Sees that the source is one whole disk of the size that the estate says, inside its datastore, and nothing else.
 * @param disk name of the disk for messages
 * @param datastores folder of each datastore on this host (runners.yaml)
 */
export async function inspectSource(
  commands: Commands,
  disk: string,
  source: DiskSource,
  datastores: Readonly<Record<string, string>>,
): Promise<InspectedSource> {
  const folder = await datastoreFolder(datastores, source.datastore);
  const file = await locate(folder, source.file, disk);
  const files = source.format === "vmdk" ? await vmdkFiles(folder, file, disk) : [file];
  const fault = await faultOf(source, file);
  if (fault !== null) throw refused(`${disk}: the ${source.format} file ${quote(source.file)} is not taken: ${fault}.`);
  const node = await nodeOf(source, file);
  await checkWithQemu(commands, disk, source, files, node);
  return { files, fingerprint: fingerprint(files), node };
}

/** Why a file of a single-file format is not taken; null when it is. */
async function faultOf(source: DiskSource, file: SourceFile): Promise<string | null> {
  switch (source.format) {
    case "qcow2":
      return qcow2Fault(file);
    case "vhd":
      return vhdFault(file);
    case "vhdx":
      return vhdxFault(file);
    case "vdi":
      return vdiFault(file);
    case "raw":
    case "vmdk":
      return null;
  }
}

async function nodeOf(source: DiskSource, file: SourceFile): Promise<ImageOpts> {
  const data = { driver: "file", filename: file.path };
  if (source.format !== "vhd") return { driver: source.format, file: data };
  // The footer's size where the estate means that one, else the geometry that older tools round to.
  const sizeIsCapacity = (await vhdSizeBytes(file)) === source.capacityBytes;
  return { driver: "vpc", force_size_calc: sizeIsCapacity ? "current_size" : "chs", file: data };
}

async function checkWithQemu(
  commands: Commands,
  disk: string,
  source: DiskSource,
  files: readonly SourceFile[],
  node: ImageOpts,
): Promise<void> {
  const name = quote(source.file);
  const opts = imageOpts(node);
  const finished = await run(commands, "qemu-img", ["info", "--output=json", "--image-opts", opts]);
  if (finished.code !== 0)
    throw failed(
      `${disk}: the ${source.format} file ${name} cannot be opened: qemu-img info said ${reasonOf(finished)}`,
    );
  const info = Info.parse(JSON.parse(finished.stdout));
  if (info["virtual-size"] !== source.capacityBytes)
    throw refused(
      `${disk}: the disk in ${name} has ${info["virtual-size"]} bytes, the estate says ${source.capacityBytes}. ` +
        "Was it grown, or is it another disk? Read the estate again and plan again.",
    );
  if (info["backing-filename"] !== undefined)
    throw refused(`${disk}: ${name} has a backing file (snapshot): flatten it first.`);
  if (info.encrypted === true) throw refused(`${disk}: ${name} is encrypted.`);
  const known = new Set(files.map(({ path }) => path));
  const unknown = info["format-specific"]?.data?.extents?.filter(({ filename }) => !known.has(filename)) ?? [];
  if (unknown.length > 0)
    throw refused(
      `${disk}: ${name} would read ${unknown.map(({ filename }) => quote(filename)).join(", ")}, which its descriptor was not seen to name.`,
    );
  await checkWhole(commands, disk, source, name, opts);
}

/** Formats whose missing end qemu reads as zeroes without a word; `qemu-img check` finds it in their tables. */
const CHECKED = new Set(["vmdk", "qcow2", "vhdx", "vdi"]);
/** Exit status of `qemu-img check`: leaked clusters only, and "this format has no check". */
const LEAKS = 3;
const NO_CHECK = 63;

async function checkWhole(
  commands: Commands,
  disk: string,
  source: DiskSource,
  name: string,
  opts: string,
): Promise<void> {
  if (!CHECKED.has(source.format)) return;
  const finished = await run(commands, "qemu-img", ["check", "--image-opts", opts]);
  if (finished.code === 0 || finished.code === LEAKS || finished.code === NO_CHECK) return;
  throw refused(`${disk}: ${name} is damaged or cut off: qemu-img check said ${reasonOf(finished)}`);
}
