import { basename } from "node:path";
import { plainName, TarError, tarIndex, type TarMember } from "../../inventory/readers/tar-index.ts";
import type { ImageOpts } from "../copy/image-opts.ts";
import { badInput, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import { serveNode } from "../nbd/serve.ts";
import { bytesOfFile, partOf, type DiskBytes } from "./disk-bytes.ts";
import { changedFiles, fingerprintOf } from "./fingerprint.ts";
import { checkHeader, checkImage, imageName, imageNode } from "./image-checks.ts";
import { datastoreFolder, locate, quote, type SourceFile } from "./locate.ts";
import { expectUnused } from "./open-files.ts";
import type { Transport } from "./transport.ts";
import { vmdkExtents } from "./vmdk-extents.ts";

/** The least that qemu's raw node cuts; tar pads every member to it with zeroes. */
const BLOCK = 512;

/** A member of an archive (.ova) in a datastore that the conversion host sees, read where it lies: nothing is unpacked. */
export const ovaTransport: Transport = {
  name: "ova",
  async inspect(context, disk, source) {
    const folder = await datastoreFolder(context.settings.datastores, source.datastore);
    const archive = await locate(folder, source.file, disk);
    const member = await memberOf(archive, source, disk);
    const bytes = partOf(bytesOfFile(archive), member);
    await checkPlain(disk, source, bytes);
    if (source.format === "vmdk") await vmdkExtents(bytes, disk, inArchive(disk, source), (found) => found);
    await checkHeader(disk, source, bytes);
    const node = await imageNode(source, bytes, windowInFile(archive, member));
    await checkImage(context, disk, source, node, null);
    return {
      fingerprint: memberFingerprint(archive, member),
      how: `${imageName(source)}, in place, in the datastore's folder on this host`,
      expectUnused: () => expectUnused(disk, [archive], context.clock.now()),
      changes: () => changedFiles([archive]),
      open: () => serveNode(context, disk, node),
    };
  },
};

/** Where the member is: only the archive's headers are read, by the reader of the inventory. */
async function memberOf(archive: SourceFile, source: DiskSource, disk: string): Promise<TarMember> {
  const { member } = source;
  if (member === undefined)
    throw badInput(
      `${disk}: the transport "ova" reads a disk inside an archive, and the job names none in ${quote(source.file)}. ` +
        "Read the estate again (wavelift inventory ova), or say another `transport` in the plan.",
    );
  const bytes = bytesOfFile(archive);
  const packed = compressionOf(await bytes.read(0, MAGIC_BYTES));
  if (packed !== null)
    throw refused(
      `${disk}: the archive ${quote(source.file)} is compressed (${packed}): it cannot be read in place. ` +
        `Unpack it (tar xf) and read the VM from the .ovf in it: wavelift inventory ova FILE.ovf.`,
    );
  const members = await tarIndex((offset, length) => bytes.read(offset, length), archive.bytes).catch(
    (error: unknown) => {
      if (error instanceof TarError)
        throw refused(
          `${disk}: the archive ${quote(source.file)} is not taken: ${error.message}. Get the package again.`,
        );
      throw error;
    },
  );
  const found = members.find(({ name }) => plainName(name) === plainName(member));
  if (found !== undefined) return found;
  throw refused(
    `${disk}: the archive ${quote(source.file)} has no member ${quote(member)} (it has ` +
      `${members
        .slice(0, 10)
        .map(({ name }) => quote(name))
        .join(", ")}). Is it another package? Read the estate again and plan again.`,
  );
}

const MAGIC_BYTES = 8;
const COMPRESSIONS: readonly (readonly [name: string, magic: string])[] = [
  ["gzip", "1f8b"],
  ["bzip2", "425a68"],
  ["xz", "fd377a585a00"],
  ["zstd", "28b52ffd"],
];

/** The compression that bytes begin with; null for none that is known. */
const compressionOf = (head: Buffer): string | null =>
  COMPRESSIONS.find(([, magic]) => head.toString("hex").startsWith(magic))?.[0] ?? null;

/** A compressed member has no place that could be read by itself. A raw disk may begin with anything. */
async function checkPlain(disk: string, source: DiskSource, bytes: DiskBytes): Promise<void> {
  const packed = source.format === "raw" ? null : compressionOf(await bytes.read(0, MAGIC_BYTES));
  const byName = /\.(gz|bz2|xz|zst)$/i.exec(bytes.name)?.[1] ?? null;
  if (packed !== null || byName !== null)
    throw refused(
      `${disk}: ${imageName(source)} is compressed (${packed ?? byName ?? ""}): it cannot be read in place. Unpack archive and ` +
        "disk (tar xf, then gunzip or the like), take the compression out of the .ovf's References, and read the VM from it.",
    );
}

/** A descriptor in an archive names files that the OVF does not: they would be read past its manifest. */
const inArchive =
  (disk: string, source: DiskSource) =>
  (name: string): Promise<DiskBytes> =>
    Promise.reject(
      refused(
        `${disk}: ${imageName(source)} is a descriptor whose data is in ${quote(name)}: in an archive only disks of one file are ` +
          "read. Unpack it (tar xf) and read the VM from the .ovf in it.",
      ),
    );

/** The member's window of the archive as a qemu node. */
const windowInFile = (archive: SourceFile, { offset, size }: TarMember): ImageOpts => ({
  driver: "raw",
  offset,
  size: Math.ceil(size / BLOCK) * BLOCK,
  file: { driver: "file", filename: archive.path },
});

/** Archive and member: another member of the same archive is another disk. */
function memberFingerprint({ path, bytes, modifiedNs }: SourceFile, { name, offset, size }: TarMember): Fingerprint {
  const member = { name: `${plainName(name)} at ${offset}`, bytes: size, modifiedNs };
  return { ...fingerprintOf([{ name: basename(path), bytes, modifiedNs }, member]), files: 1, bytes: size };
}
