import type { ImageOpts } from "../../copy/image-opts.ts";
import { badInput, failed, refused } from "../../failure.ts";
import type { DiskSource } from "../../job.ts";
import type { RandomContents } from "../contents.ts";
import { fingerprintOf } from "../fingerprint.ts";
import { checkHeader, checkImage, imageNode } from "../image-checks.ts";
import { quote } from "../locate.ts";
import type { SourceLogin } from "../login.ts";
import { reopening } from "../reopening.ts";
import type { InspectedSource, SourceContext } from "../transport.ts";
import { vmdkExtents } from "../vmdk-extents.ts";
import { askDomain, domainUnrest, type DomainNow } from "./libvirt-domain.ts";
import { remoteChanges, remoteFile, type RemoteFile } from "./remote-file.ts";
import { remoteOf, withSftp, type Remote } from "./remote.ts";
import { SILENCE_MS, openRemoteFile, openRemoteImage, serveRemoteFile } from "./serve-file.ts";

type LibvirtLogin = Extract<SourceLogin, { kind: "libvirt" }>;

/** A disk of a domain that is shut off, read from its host: raw as it is, other formats by a qemu here. */
export async function inspectLibvirtDisk(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  login: LibvirtLogin,
): Promise<InspectedSource> {
  const { origin } = source;
  if (origin === undefined) throw badInput(`${disk}: the job does not name the domain that the disk belongs to`);
  const remote = remoteOf(login.host, login.ssh, origin.server);
  const ask = (): Promise<DomainNow> => askDomain(context, disk, remote, login.uri, origin.vm);
  const domain = await ask();
  const unrest = domainUnrest(disk, remote, domain, origin.vm);
  if (unrest !== null) throw failed(unrest);
  const { file, image } = await look(context, disk, source, { remote, folder: login.folder, domain });
  if (image !== null) await checkThere(context, disk, source, remote, file, image);
  const open = (): Promise<RandomContents> =>
    image === null
      ? openRemoteFile(context, disk, remote, file.path)
      : openRemoteImage(context, disk, remote, file.path, image);
  return {
    fingerprint: fingerprintOf([file]),
    how: `over ssh from ${remote.host}, ${quote(file.path)}`,
    expectUnused: async () => {
      const reason = domainUnrest(disk, remote, await ask(), origin.vm);
      if (reason !== null) throw failed(reason);
    },
    changes: async () => {
      const now = await ask();
      const reason = domainUnrest(disk, remote, now, origin.vm);
      if (reason !== null) return [reason];
      const found = await look(context, disk, source, { remote, folder: login.folder, domain: now });
      return remoteChanges([file], [found.file]);
    },
    open: () => reopening(open, { what: `${disk}: ${quote(file.path)} on ${remote.host}`, silenceMs: SILENCE_MS }),
  };
}

/** The disk's qemu node from the node of its file's bytes; null: the bytes are the disk's. */
type Image = ((data: ImageOpts) => ImageOpts) | null;

interface Place {
  readonly remote: Remote;
  readonly folder: string;
  readonly domain: DomainNow;
}

/** Finds the file: the domain's own disk, inside the folder, whole by its header and size. */
function look(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  { remote, folder, domain }: Place,
): Promise<{ readonly file: RemoteFile; readonly image: Image }> {
  return withSftp(context, disk, remote, async (sftp) => {
    const file = await remoteFile({ sftp, remote, disk, folder }, source.file);
    // After a snapshot the domain writes another file, and this one is what was before.
    const paths = await Promise.all(
      domain.disks.map(async ({ path, format }) => ({ format, path: await sftp.realPath(path).catch(() => path) })),
    );
    const own = paths.find(({ path }) => path === file.path);
    if (own?.format !== source.format)
      throw refused(
        `${disk}: ${quote(file.path)} (${source.format}) is no disk of its domain on ${remote.host} any more, which has ` +
          `${domain.disks.map(({ path, format }) => `${quote(path)} (${format})`).join(", ") || "none"}. ` +
          "Is there a snapshot? Merge it (virsh blockcommit), or read the estate again and plan again.",
      );
    if (source.format === "vmdk") await vmdkExtents(file, disk, oneFile(disk, file), (found) => found);
    await checkHeader(disk, source, file);
    if (source.format === "raw" && file.bytes !== source.capacityBytes)
      throw refused(
        `${disk}: ${quote(file.path)} on ${remote.host} has ${file.bytes} bytes, the estate says ${source.capacityBytes}. ` +
          "Was it grown, or is it another disk? Read the estate again and plan again.",
      );
    if (source.format === "raw") return { file, image: null };
    const node = await imageNode(source, file, {});
    return { file, image: (data) => ({ ...node, file: data }) };
  });
}

const oneFile =
  (disk: string, file: RemoteFile) =>
  (name: string): Promise<RemoteFile> =>
    Promise.reject(
      refused(
        `${disk}: ${quote(file.path)} is a descriptor whose data is in ${quote(name)}: over ssh only disks of one file are read from a ` +
          "host with libvirt. Convert it to qcow2, or read it from a mounted folder (transport file).",
      ),
    );

/** Looks at the image with qemu, over the line on which it will be read. */
async function checkThere(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  remote: Remote,
  file: RemoteFile,
  image: (data: ImageOpts) => ImageOpts,
): Promise<void> {
  const { node, server } = await serveRemoteFile(context, disk, remote, file.path);
  try {
    await checkImage(context, disk, source, image(node), null);
  } finally {
    await server.close();
  }
}
