import type { VsphereSession } from "../../../inventory/vsphere/session.ts";
import { badInput, failed, Failure, refused } from "../../failure.ts";
import type { DiskSource } from "../../job.ts";
import type { RandomContents } from "../contents.ts";
import { flatFingerprint, flatParts, piecesOf, type FlatPart } from "../flat-vmdk.ts";
import { quote } from "../locate.ts";
import type { SourceLogin } from "../login.ts";
import { reopening } from "../reopening.ts";
import type { InspectedSource, SourceContext } from "../transport.ts";
import { vmdkExtents } from "../vmdk-extents.ts";
import { askVm, datastoreOfDisk, unrest, type VmNow } from "../vsphere-vm.ts";
import { remoteChanges, remoteFile, type RemoteFile } from "./remote-file.ts";
import { patiently, remoteOf, withSftp, type Remote } from "./remote.ts";
import { openRemoteFile, SILENCE_MS } from "./serve-file.ts";

type VsphereLogin = Extract<SourceLogin, { kind: "vsphere" }>;

/** Where ESXi has its datastores, by name. */
const VOLUMES = "/vmfs/volumes";

interface Found {
  readonly remote: Remote;
  readonly folder: string;
  readonly descriptor: string;
  readonly files: readonly RemoteFile[];
  readonly parts: readonly FlatPart<RemoteFile>[];
}

/**
 * A flat disk of a VM that is switched off, read from its ESXi host's sshd. That it is off, has no snapshots and that this
 * file is its disk says the API; sshd could not tell it for sure, so a host with nothing but ssh is not read.
 */
export async function inspectEsxiDisk(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  login: VsphereLogin,
): Promise<InspectedSource> {
  const found = await look(context, disk, source, login);
  const { remote, files, descriptor } = found;
  return {
    fingerprint: flatFingerprint(
      descriptor,
      files.map(({ name, bytes, modifiedNs }) => ({ name, bytes, modified: String(modifiedNs) })),
    ),
    how: `over ssh from ${remote.host}, ${found.parts.map(({ file }) => quote(file.path)).join(", ")}`,
    expectUnused: async () => {
      expectRest(disk, await ask(context, disk, source));
    },
    changes: async () => {
      const asked = await ask(context, disk, source);
      const reasons = unrest(asked.vm, asked.session.server);
      if (reasons.length > 0) return reasons;
      const now = await look(context, disk, source, login);
      const changes = remoteChanges(files, now.files);
      return changes.length > 0 || now.descriptor === descriptor ? changes : ["its descriptor is another"];
    },
    open: async () => openParts(context, disk, (await look(context, disk, source, login)).remote, found.parts),
  };
}

async function ask(
  context: SourceContext,
  disk: string,
  { origin }: DiskSource,
): Promise<{ session: VsphereSession; vm: VmNow }> {
  if (origin === undefined) throw badInput(`${disk}: the job does not name the VM that the disk belongs to`);
  return patiently(context, async () => {
    const session = await context.vsphere(origin.server).catch((error: unknown) => {
      throw error instanceof Failure ? new Failure(`${disk}: ${error.message}`, error.exitCode) : error;
    });
    return { session, vm: await askVm(session, disk, origin.vm) };
  });
}

function expectRest(disk: string, { session, vm }: { session: VsphereSession; vm: VmNow }): void {
  const reasons = unrest(vm, session.server);
  if (reasons.length > 0)
    throw failed(`${disk}: its files may change or are not the whole disk: ${reasons.join("; ")}.`);
}

async function look(context: SourceContext, disk: string, source: DiskSource, login: VsphereLogin): Promise<Found> {
  if (login.ssh === undefined)
    throw badInput(
      `${disk}: the entry of ${quote(source.origin?.server ?? "")} in sources.yaml has no \`ssh\`: add how its ESXi hosts are logged in at ` +
        "(see sources.example.yaml), or choose another transport.",
    );
  if (source.format !== "vmdk") throw refused(`${disk}: an ESXi host has VMDKs, not ${source.format}.`);
  const asked = await ask(context, disk, source);
  expectRest(disk, asked);
  const { host } = asked.vm;
  if (host === null)
    throw refused(
      `${disk}: ${asked.session.server} does not show which ESXi host has the VM. Give the account the role "Read-only" at the top.`,
    );
  const store = datastoreOfDisk(asked.vm, disk, source);
  if (/^(vsan|vvol)$/i.test(store.type ?? ""))
    throw refused(
      `${disk}: the datastore ${quote(store.name)} is ${store.type ?? ""}: its disks are no files with their bytes in them. Use the transport vddk, or lease.`,
    );
  if (/[/\\]/.test(store.name) || store.name.startsWith("."))
    throw refused(
      `${disk}: the datastore's name ${quote(store.name)} is none that a path can hold. Use another transport.`,
    );
  const remote = remoteOf(addressOf(host, login), login.ssh, asked.session.server);
  const folder = `${VOLUMES}/${store.name}`;
  return withSftp(context, disk, remote, async (sftp) => {
    const place = { sftp, remote, disk, folder };
    const file = await remoteFile(place, source.file);
    const inFolder = source.file.slice(0, source.file.lastIndexOf("/") + 1);
    const extents = await vmdkExtents(
      file,
      disk,
      (name) => remoteFile(place, `${inFolder}${name}`),
      (one) => one,
    );
    const parts = flatParts(disk, source.file, extents, source.capacityBytes);
    const descriptor = (await file.read(0, file.bytes)).toString("utf8");
    return { remote, folder, descriptor, files: [file, ...extents.map((one) => one.file)], parts };
  });
}

/** The host's address in a network for migrations, else its name. The port that stands there is that of HTTPS. */
function addressOf(host: string, { hostAddresses }: VsphereLogin): string {
  const address = Object.hasOwn(hostAddresses, host) ? hostAddresses[host] : undefined;
  return address === undefined ? host : new URL(`https://${address}`).hostname.replace(/^\[(.*)\]$/, "$1");
}

async function openParts(
  context: SourceContext,
  disk: string,
  remote: Remote,
  parts: readonly FlatPart<RemoteFile>[],
): Promise<RandomContents> {
  const opened = new Map<RemoteFile, RandomContents>();
  const close = async (): Promise<void> => {
    await Promise.all([...opened.values()].map((one) => one.close()));
  };
  try {
    for (const { file } of parts)
      if (!opened.has(file)) {
        const what = `${disk}: ${quote(file.path)} on ${remote.host}`;
        const open = (): Promise<RandomContents> => openRemoteFile(context, disk, remote, file.path);
        opened.set(file, await reopening(open, { what, silenceMs: SILENCE_MS }));
      }
  } catch (error) {
    await close();
    throw error;
  }
  const depth = Math.max(...[...opened.values()].map((one) => one.depth));
  return {
    kind: "random",
    depth,
    // sshd does not tell which blocks a file has: zeroes are seen when they have come.
    extents: (window) => Promise.resolve([{ ...window, zero: false }]),
    read: async (window, into) => {
      for (const piece of piecesOf(parts, window))
        await opened.get(piece.file)?.read(piece.window, into.subarray(piece.at, piece.at + piece.window.length));
    },
    close,
  };
}
