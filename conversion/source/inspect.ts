import type { ImageOpts } from "../copy/image-opts.ts";
import type { Commands } from "../effects.ts";
import type { DiskSource } from "../job.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import { bytesOfFile } from "./disk-bytes.ts";
import { fingerprint } from "./fingerprint.ts";
import { checkHeader, checkImage, imageNode } from "./image-checks.ts";
import { datastoreFolder, locate, type SourceFile } from "./locate.ts";
import { vmdkFiles } from "./vmdk.ts";

/** A source disk that was looked into and may be copied. */
export interface InspectedFiles {
  readonly files: readonly SourceFile[];
  readonly fingerprint: Fingerprint;
  /** Path of the file whose bytes are those of the disk, one after the other; null where qemu must decode them. */
  readonly flat: string | null;
  /** The disk as a qemu node that gives its contents; format given, never probed. */
  readonly node: ImageOpts;
}

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
): Promise<InspectedFiles> {
  const folder = await datastoreFolder(datastores, source.datastore);
  const file = await locate(folder, source.file, disk);
  const { files, flat } =
    source.format === "vmdk"
      ? await vmdkFiles(folder, file, disk)
      : { files: [file], flat: source.format === "raw" ? file : null };
  await checkHeader(disk, source, bytesOfFile(file));
  const node = await imageNode(source, bytesOfFile(file), { driver: "file", filename: file.path });
  await checkImage(
    { commands },
    disk,
    source,
    node,
    files.map(({ path }) => path),
  );
  return { files, fingerprint: fingerprint(files), flat: flat?.path ?? null, node };
}
