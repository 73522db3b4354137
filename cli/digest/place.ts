import path from "node:path";
import { z } from "zod";
import { reasonOf, run } from "../../conversion/commands.ts";
import { imageOpts, type ImageOpts } from "../../conversion/copy/image-opts.ts";
import type { Commands } from "../../conversion/effects.ts";
import { LEDGER_KEY, parseLedger } from "../../conversion/ledger/ledger.ts";
import { openRbd } from "../../conversion/rbd/rbd.ts";
import { DiskFormat } from "../../inventory/schema/estate.ts";
import { shown } from "../../inventory/shown.ts";
import { UserError } from "../failure.ts";

export interface DigestOptions {
  /** Format of a file; default: by its ending, else raw. */
  readonly format?: string;
  /** Size of the disk in bytes. */
  readonly size?: string;
  /** cephx user without "client.". */
  readonly id: string;
  readonly conf: string;
  readonly expect?: string;
}

/** What is digested. */
export interface DigestPlace {
  readonly name: string;
  readonly node: ImageOpts;
  readonly sizeBytes: number;
  /** The digest that the image's ledger has; null where it has none. */
  readonly recorded: string | null;
  /** For people: how the size was chosen. */
  readonly note: string | null;
}

const Info = z.object({ "virtual-size": z.int().positive() });

/** A file of a known format: given, never probed (a raw disk can pose as any). */
export async function digestOfFile(commands: Commands, file: string, options: DigestOptions): Promise<DigestPlace> {
  const format = formatOf(file, options.format);
  const node = { driver: format === "vhd" ? "vpc" : format, file: { driver: "file", filename: path.resolve(file) } };
  const finished = await run(commands, "qemu-img", ["info", "--output=json", "--image-opts", imageOpts(node)]);
  if (finished.code !== 0)
    throw new UserError(
      `${shown(file)} cannot be opened as ${format}: ${reasonOf(finished)}. Another format? Name it with --format ${DiskFormat.options.join("|")}.`,
    );
  const has = Info.parse(JSON.parse(finished.stdout))["virtual-size"];
  return { name: file, node, sizeBytes: sizeOf(options, has, file), recorded: null, note: null };
}

/** rbd:POOL/IMAGE or rbd:POOL/IMAGE@SNAPSHOT. A volume is larger than its disk: the ledger on it says by how much. */
export async function digestOfRbd(commands: Commands, place: string, options: DigestOptions): Promise<DigestPlace> {
  const [, pool, image, snapshot] = /^rbd:([^/@:]+)\/([^/@:]+)(?:@([^/@:]+))?$/.exec(place) ?? [];
  if (pool === undefined || image === undefined)
    throw new UserError(`${shown(place)} is no image: expected rbd:POOL/IMAGE or rbd:POOL/IMAGE@SNAPSHOT.`);
  const { id: user, conf } = options;
  const rbd = openRbd(commands, { pool, user, conf });
  const info = await rbd.info(image);
  if (info === null) throw new UserError(`There is no image ${pool}/${image} (client.${user}, ${conf}).`);
  const ledger = parseLedger((await rbd.metadata(image)).get(LEDGER_KEY) ?? "");
  const sizeBytes = sizeOf(options, ledger?.capacityBytes ?? info.sizeBytes, place);
  const isDisk = ledger !== null && sizeBytes === ledger.capacityBytes;
  const note =
    ledger !== null || options.size !== undefined
      ? null
      : `${place} has no ledger: all of its ${info.sizeBytes} bytes are digested. Is its disk smaller? Say --size BYTES.`;
  return {
    name: place,
    node: {
      driver: "raw",
      file: { driver: "rbd", pool, image, user, conf, ...(snapshot === undefined ? {} : { snapshot }) },
    },
    sizeBytes,
    recorded: isDisk ? ledger.digest : null,
    note,
  };
}

function formatOf(file: string, said: string | undefined): DiskFormat {
  const ending = DiskFormat.safeParse(path.extname(file).slice(1).toLowerCase());
  if (said === undefined) return ending.data ?? "raw";
  const format = DiskFormat.safeParse(said);
  if (format.success) return format.data;
  throw new UserError(`--format ${shown(said)} is not known: expected ${DiskFormat.options.join(", ")}.`);
}

function sizeOf({ size }: DigestOptions, has: number, place: string): number {
  if (size === undefined) return has;
  const bytes = Number(size);
  if (!/^\d+$/.test(size) || bytes < 1 || bytes > has)
    throw new UserError(`--size ${shown(size)}: expected bytes, 1 to ${has} (the size of ${shown(place)}).`);
  return bytes;
}
