import { existsSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../commands.ts";
import type { Clock, Commands, Started } from "../effects.ts";
import { endInOrder } from "../end-in-order.ts";
import { failed } from "../failure.ts";
import { imageOpts } from "../copy/image-opts.ts";
import { identify, type ProcessIdentity } from "../process-identity.ts";
import { foreignWatcher } from "./takeover.ts";
import type { Rbd } from "./rbd.ts";

/**
 * The one process that holds the target open for writing, from before the claim in the ledger to the end of the copy:
 * a qemu-nbd on a private Unix socket, through which the copy writes. One client address covers all writes of a run,
 * and it is known before the first byte: fencing it stops whatever of this run is left, even a copy that was stopped
 * just before it began. Without a cache every write is acknowledged by Ceph itself.
 */
export interface OpenWriter {
  /** Ceph client address. */
  readonly address: string;
  /** Ceph client address of the one that reads back. */
  readonly reader: string;
  readonly process: ProcessIdentity | null;
  /** NBD socket of the target. */
  readonly target: string;
  /**
   * NBD socket of the target as another client of Ceph reads it: verification must not see what only the writer's memory
   * holds. One client for all comparisons, known by its address, because qemu opens an image with a watch even to read it,
   * and the watch of a client that was killed stays for 30 s: a stranger's, as far as the next run could tell.
   */
  readonly readBack: string;
  /** Closes the image. Safe to call twice. */
  close(): Promise<void>;
  /** Why writer or reader has ended by itself, null while both run. */
  fault(): string | null;
}

const OPEN_SECONDS = 60;
const POLL_MS = 20;
/** The monitors may take a moment to tell others of a watch that its owner has already. */
const WATCH_POLL_MS = 200;

/**
 * Opens the image; nobody else may have it open.
 * @param folder folder that only this user can enter, for the sockets (at most 90 characters)
 * @param connections how many may use each of both at the same time
 * @param ghosts listed watchers that are nobody (takeOver)
 * @throws when qemu-nbd fails, or another client opened the image at the same moment.
 */
export async function openWriter(
  commands: Commands,
  clock: Clock,
  rbd: Rbd,
  image: string,
  folder: string,
  connections: number,
  ghosts: readonly string[] = [],
): Promise<OpenWriter> {
  const { pool, user, conf } = rbd.access;
  const opts = imageOpts({ driver: "raw", file: { driver: "rbd", pool, image, user, conf } });
  const serve = (name: string, ...how: string[]): Server => {
    const path = join(folder, `${name}.sock`);
    const pidFile = join(folder, `${name}.pid`);
    const args = ["--persistent", "--shared", String(connections), "--socket", path, "--pid-file", pidFile];
    const child = commands.start("qemu-nbd", [...args, "--cache=none", ...how, "--image-opts", opts]);
    const server: Server = { child, pidFile, fault: null, path };
    void child.ended.then((finished) => (server.fault = reasonOf(finished)));
    return server;
  };
  const servers: Server[] = [];
  const close = (): Promise<void> => endInOrder(servers.map(({ child }) => child));
  try {
    const writer = serve("writer", "--discard=unmap", "--detect-zeroes=off");
    servers.push(writer);
    const address = await newWatcher(writer, clock, rbd, image, ghosts);
    const reader = serve("reader", "--read-only");
    servers.push(reader);
    const readerAddress = await newWatcher(reader, clock, rbd, image, [...ghosts, address]);
    return {
      address,
      reader: readerAddress,
      process: identify(writer.child.pid),
      target: writer.path,
      readBack: reader.path,
      close,
      fault: () => writer.fault ?? reader.fault,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A qemu-nbd. */
interface Server {
  readonly child: Started;
  /** It writes this file when it has opened the image and takes connections. */
  readonly pidFile: string;
  readonly path: string;
  /** Why it has ended, null while it runs. */
  fault: string | null;
}

/**
 * Waits until the server has opened the image and one more client than the `known` ones holds it: that is the server.
 * (Looked at before the server is ready, that one could be a stranger, who would be fenced in its place.)
 */
async function newWatcher(
  server: Server,
  clock: Clock,
  rbd: Rbd,
  image: string,
  known: readonly string[],
): Promise<string> {
  const start = clock.now();
  for (;;) {
    if (server.fault !== null)
      throw failed(`the RBD image ${rbd.access.pool}/${image} cannot be opened: ${server.fault}`);
    const late = clock.now() - start > OPEN_SECONDS * 1000;
    const ready = existsSync(server.pidFile) && identify(server.child.pid) !== null;
    const watchers = ready || late ? (await rbd.watchers(image)).filter((address) => !known.includes(address)) : [];
    const [first, ...others] = watchers;
    if (ready && first !== undefined && others.length === 0) return first;
    if (late)
      throw watchers.length > 1
        ? foreignWatcher(rbd, image, watchers)
        : failed(`the RBD image ${rbd.access.pool}/${image} was not opened within ${OPEN_SECONDS} s (qemu-nbd)`);
    await clock.sleep(ready ? WATCH_POLL_MS : POLL_MS);
  }
}
