import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import { imageOpts, type ImageOpts } from "../copy/image-opts.ts";
import type { Commands } from "../effects.ts";
import { failed, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import type { DiskBytes } from "./disk-bytes.ts";
import { quote } from "./locate.ts";
import { qcow2Fault, vdiFault, vhdFault, vhdSizeBytes, vhdxFault } from "./other-formats.ts";

const Info = z.object({
  "virtual-size": z.int(),
  "backing-filename": z.string().optional(),
  encrypted: z.boolean().optional(),
  "format-specific": z
    .object({ data: z.object({ extents: z.array(z.object({ filename: z.string() })).optional() }).optional() })
    .optional(),
});

/** What of a disk is for messages: the member of an archive, else the file. */
export const imageName = ({ file, member }: DiskSource): string =>
  member === undefined ? quote(file) : `${quote(member)} in ${quote(file)}`;

/**
 * Looks at the header of a single-file format, before qemu opens it and follows what it refers to.
 * @throws a refusal when the file is less than the whole disk, or something else than the estate says
 */
export async function checkHeader(disk: string, source: DiskSource, bytes: DiskBytes): Promise<void> {
  const fault = await headerFault(source.format, bytes);
  if (fault !== null) throw refused(`${disk}: the ${source.format} file ${imageName(source)} is not taken: ${fault}.`);
}

async function headerFault(format: DiskSource["format"], bytes: DiskBytes): Promise<string | null> {
  switch (format) {
    case "qcow2":
      return qcow2Fault(bytes);
    case "vhd":
      return vhdFault(bytes);
    case "vhdx":
      return vhdxFault(bytes);
    case "vdi":
      return vdiFault(bytes);
    case "raw":
    case "vmdk":
      return null;
  }
}

/** The disk as a qemu node; the format is told, never probed. @param data the node of its bytes */
export async function imageNode(
  { format, capacityBytes }: DiskSource,
  bytes: DiskBytes,
  data: ImageOpts,
): Promise<ImageOpts> {
  if (format !== "vhd") return { driver: format, file: data };
  // The footer's size where the estate means that one, else the geometry that older tools round to.
  const sizeIsCapacity = (await vhdSizeBytes(bytes)) === capacityBytes;
  return { driver: "vpc", force_size_calc: sizeIsCapacity ? "current_size" : "chs", file: data };
}

/**
 * Opens the disk with qemu-img: it has the size of the estate, no parent, no encryption, reads no file that was not looked
 * at, and is whole as far as its tables tell.
 * @param known paths of the files that it may read; null: the node reads one and cannot name another
 */
export async function checkImage(
  context: { readonly commands: Commands },
  disk: string,
  source: DiskSource,
  node: ImageOpts,
  known: readonly string[] | null,
): Promise<void> {
  const name = imageName(source);
  const opts = imageOpts(node);
  const finished = await run(context.commands, "qemu-img", ["info", "--output=json", "--image-opts", opts]);
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
  const extents = info["format-specific"]?.data?.extents ?? [];
  const unknown = known === null ? extents.slice(1) : extents.filter(({ filename }) => !known.includes(filename));
  if (unknown.length > 0)
    throw refused(
      `${disk}: ${name} would read ${unknown.map(({ filename }) => quote(filename)).join(", ")}, which its descriptor was not seen to name.`,
    );
  await checkWhole(context, disk, source, opts);
}

/** Formats whose missing end qemu reads as zeroes without a word; `qemu-img check` finds it in their tables. */
const CHECKED = new Set(["vmdk", "qcow2", "vhdx", "vdi"]);
/** Exit status of `qemu-img check`: leaked clusters only, and "this format has no check". */
const LEAKS = 3;
const NO_CHECK = 63;

async function checkWhole(
  { commands }: { readonly commands: Commands },
  disk: string,
  source: DiskSource,
  opts: string,
): Promise<void> {
  if (!CHECKED.has(source.format)) return;
  const finished = await run(commands, "qemu-img", ["check", "--image-opts", opts]);
  if (finished.code === 0 || finished.code === LEAKS || finished.code === NO_CHECK) return;
  throw refused(`${disk}: ${imageName(source)} is damaged or cut off: qemu-img check said ${reasonOf(finished)}`);
}
