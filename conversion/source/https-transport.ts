import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { badInput, failed, Failure, messageOf, refused } from "../failure.ts";
import type { DiskSource } from "../job.ts";
import { SourceFault, type RandomContents } from "./contents.ts";
import { changesOf, lookAt, readFrom, type DatastoreFile } from "./datastore-files.ts";
import { datastorePath } from "./datastore-path.ts";
import type { DiskBytes } from "./disk-bytes.ts";
import { flatFingerprint, flatParts, piecesOf, type FlatPart } from "./flat-vmdk.ts";
import { sessionDoor, type FolderDoor } from "./folder-door.ts";
import { ticketDoor } from "./ticket-door.ts";
import { quote } from "./locate.ts";
import type { InspectedSource, SourceContext, Transport } from "./transport.ts";
import { vmdkExtents } from "./vmdk-extents.ts";
import { askVm, datastoreOfDisk, unrest, type VmNow } from "./vsphere-vm.ts";

/** Ranges of 4 MiB under way at once: what one ESXi host serves well, and enough to hide the way there and back. */
const DEPTH = 8;
/** Tries where a disk is looked at; while it is copied, the copy tries again. */
const TRIES = 4;
const PAUSE_MS = 1_000;

/**
 * The datastore of a vCenter or ESXi host over HTTPS, VM switched off. The ranges are read here, not by nbdkit-curl: the
 * certificate may be pinned by its fingerprint, the session is renewed where it ends in the middle, every answer is held
 * against what was asked for, and cookie, ticket and password stay in the memory of this program.
 */
export const httpsTransport: Transport = {
  name: "https",
  async inspect(context, disk, source) {
    const found = await patiently(context, disk, () => look(context, disk, source));
    const { parts, files, descriptor, how } = found;
    return {
      fingerprint: flatFingerprint(descriptor, files),
      how,
      expectUnused: async () => {
        expectRest(disk, await patiently(context, disk, () => ask(context, disk, source)));
      },
      changes: () => changesSince(context, disk, source, found),
      open: () => openParts(context, disk, source, parts),
    } satisfies InspectedSource;
  },
};

interface Found {
  readonly parts: readonly FlatPart<DatastoreFile>[];
  /** The descriptor first. */
  readonly files: readonly DatastoreFile[];
  readonly descriptor: string;
  readonly how: string;
}

interface Asked {
  readonly session: VsphereSession;
  readonly vm: VmNow;
}

async function ask(context: SourceContext, disk: string, { origin }: DiskSource): Promise<Asked> {
  if (origin === undefined)
    throw badInput(
      `${disk}: the transport https needs the vCenter that the VM is at, and the plan has none. Read the VM from its vCenter, then plan again.`,
    );
  const session = await sessionOf(context, disk, origin.server);
  return { session, vm: await askVm(session, disk, origin.vm) };
}

async function sessionOf(context: SourceContext, disk: string, server: string): Promise<VsphereSession> {
  try {
    return await context.vsphere(server);
  } catch (error) {
    throw error instanceof Failure ? new Failure(`${disk}: ${error.message}`, error.exitCode) : error;
  }
}

function expectRest(disk: string, { session, vm }: Asked): void {
  const reasons = unrest(vm, session.server);
  if (reasons.length > 0)
    throw failed(`${disk}: its files may change or are not the whole disk: ${reasons.join("; ")}.`);
}

async function look(context: SourceContext, disk: string, source: DiskSource): Promise<Found> {
  if (source.format !== "vmdk")
    throw refused(`${disk}: the transport https reads VMDKs, not ${source.format}. Use the transport file.`);
  const asked = await ask(context, disk, source);
  // A running VM's files are locked, and a snapshot's chain is not read: said by the VM's name, not by that of a file.
  expectRest(disk, asked);
  const { door, how } = doorTo(context, disk, source, asked, false);
  try {
    const file = await lookAt(door, disk, source.file);
    const folder = source.file.slice(0, source.file.lastIndexOf("/") + 1);
    const beside = (name: string): Promise<DatastoreFile> => lookAt(door, disk, `${folder}${name}`);
    const bytes = (one: DatastoreFile): DiskBytes => bytesAt(door, disk, one);
    const extents = await vmdkExtents(bytes(file), disk, beside, bytes);
    const parts = flatParts(disk, source.file, extents, source.capacityBytes);
    const descriptor = (await bytes(file).read(0, file.bytes)).toString("utf8");
    return { parts, files: [file, ...extents.map((one) => one.file)], descriptor, how };
  } finally {
    await door.close();
  }
}

/** The way to the disk's datastore: by the vCenter, or by the VM's ESXi host where that has an address for migrations. */
function doorTo(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  { session, vm }: Asked,
  mayRead: boolean,
): { door: FolderDoor; how: string } {
  const store = datastoreOfDisk(vm, disk, source);
  if (/^(vsan|vvol)$/i.test(store.type ?? ""))
    throw refused(
      `${disk}: the datastore ${quote(store.name)} is ${store.type ?? ""}: its disks are no files that HTTPS could give. Use the transport lease, or vddk.`,
    );
  const addresses = session.settings.hostAddresses ?? {};
  const address = vm.host !== null && Object.hasOwn(addresses, vm.host) ? addresses[vm.host] : undefined;
  const pathIn =
    (datacenterPath: string) =>
    (file: string): string =>
      datastorePath(disk, file, datacenterPath, store.rawName);
  const at = `over HTTPS from the datastore ${JSON.stringify(source.datastore)}`;
  if (vm.host !== null && address !== undefined)
    return {
      // Each ESXi host has one datacenter, of this name.
      door: ticketDoor(session, disk, {
        host: vm.host,
        address,
        depth: DEPTH,
        mayRead,
        pathOf: pathIn("ha-datacenter"),
      }),
      how: `${at} of ${vm.host} at ${address}, with tickets of ${session.server}`,
    };
  if (store.datacenterPath === "")
    throw refused(
      `${disk}: ${session.server} does not show the datacenter of the datastore ${JSON.stringify(source.datastore)}. Give the account the role "Read-only" at the top of the inventory, with "Propagate to children".`,
    );
  const onRenewed = (): void => {
    context.log(`${disk}: the session at ${session.server} had ended: logged in again`);
  };
  return {
    door: sessionDoor(session, disk, { depth: DEPTH, mayRead, pathOf: pathIn(store.datacenterPath), onRenewed }),
    how: `${at} through ${session.server}`,
  };
}

const bytesAt = (door: FolderDoor, disk: string, file: DatastoreFile): DiskBytes => ({
  name: file.name,
  bytes: file.bytes,
  read: async (offset, length) => {
    const into = Buffer.alloc(Math.max(0, Math.min(length, file.bytes - offset)));
    if (into.length > 0) await readFrom(door, disk, file, { offset, length: into.length }, into);
    return into;
  },
});

async function openParts(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  parts: readonly FlatPart<DatastoreFile>[],
): Promise<RandomContents> {
  const { door } = doorTo(context, disk, source, await ask(context, disk, source), true);
  return {
    kind: "random",
    depth: DEPTH,
    // A datastore's file does not tell which blocks it has: zeroes are seen when they have come.
    extents: (window) => Promise.resolve([{ ...window, zero: false }]),
    read: async (window, into) => {
      for (const piece of piecesOf(parts, window))
        await readFrom(door, disk, piece.file, piece.window, into.subarray(piece.at, piece.at + piece.window.length));
    },
    close: () => door.close(),
  };
}

async function changesSince(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  { files, descriptor }: Found,
): Promise<readonly string[]> {
  const asked = await patiently(context, disk, () => ask(context, disk, source));
  const reasons = unrest(asked.vm, asked.session.server);
  if (reasons.length > 0) return reasons;
  return patiently(context, disk, async () => {
    const { door } = doorTo(context, disk, source, asked, true);
    try {
      const changes: string[] = [];
      for (const file of files) changes.push(...changesOf(file, await lookAt(door, disk, file.name)));
      const [first] = files;
      if (changes.length > 0 || first === undefined) return changes;
      const text = (await bytesAt(door, disk, first).read(0, first.bytes)).toString("utf8");
      return text === descriptor ? [] : ["its descriptor is another (the disk was opened for writing)"];
    } finally {
      await door.close();
    }
  });
}

/** Tries again what may heal. @throws a failure with the last reason */
async function patiently<T>({ clock }: SourceContext, disk: string, work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SourceFault)) throw error;
      const message = messageOf(error);
      if (tried >= TRIES) throw failed(`${message.startsWith(disk) ? "" : `${disk}: `}${message}; ${TRIES} times.`);
      await clock.sleep(PAUSE_MS * 2 ** (tried - 1));
    }
  }
}
