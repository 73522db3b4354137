import { reasonOf } from "../commands.ts";
import type { Clock, Commands, Started } from "../effects.ts";
import { failed } from "../failure.ts";
import { imageOpts, type ImageOpts } from "../copy/image-opts.ts";
import { identify, type ProcessIdentity } from "../process-identity.ts";
import { foreignWatcher } from "./takeover.ts";
import type { Rbd } from "./rbd.ts";

/**
 * The one process that holds the target open for writing, from before the claim in the ledger to the end of the copy:
 * a qemu-nbd on a private Unix socket. Copying tools write through it. One client address covers all writes of a run,
 * and it is known before the first byte: fencing it stops whatever of this run is left, even a copy that was stopped
 * just before it began. Without a cache every write is acknowledged by Ceph itself. Measured as fast as writing
 * from qemu-img itself.
 */
export interface OpenWriter {
  /** Ceph client address. */
  readonly address: string;
  readonly process: ProcessIdentity | null;
  /** The target as an image option tree for qemu's tools. */
  readonly target: ImageOpts;
  /** Closes the image. Safe to call twice. */
  close(): Promise<void>;
  /** Why the writer has ended by itself, null while it runs. */
  fault(): string | null;
}

const OPEN_SECONDS = 60;
const POLL_MS = 200;

/** Image options of the RBD image itself: for reading it back by another client. */
export function rbdOpts(rbd: Rbd, image: string): ImageOpts {
  const { pool, user, conf } = rbd.access;
  return { driver: "rbd", pool, image, user, conf };
}

/**
 * Opens the image; nobody else may have it open.
 * @param socket path of a Unix socket in a folder that only this user can enter (at most 100 characters)
 * @throws when qemu-nbd fails, or another client opened the image at the same moment.
 */
export async function openWriter(
  commands: Commands,
  clock: Clock,
  rbd: Rbd,
  image: string,
  socket: string,
  connections: number,
): Promise<OpenWriter> {
  const args = ["--persistent", "--shared", String(connections), "--socket", socket, "--cache=none"];
  const opts = imageOpts({ driver: "raw", file: rbdOpts(rbd, image) });
  const child = commands.start("qemu-nbd", [...args, "--discard=unmap", "--detect-zeroes=off", "--image-opts", opts]);
  let fault: string | null = null;
  void child.ended.then((finished) => (fault = reasonOf(finished)));
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.ended;
  };
  try {
    const address = await onlyWatcher(child, clock, rbd, image, () => fault);
    const target = { driver: "nbd", server: { type: "unix", path: socket } };
    return { address, process: identify(child.pid), target, close, fault: () => fault };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waits until exactly one client has the image open: the writer that was just started. */
async function onlyWatcher(
  child: Started,
  clock: Clock,
  rbd: Rbd,
  image: string,
  fault: () => string | null,
): Promise<string> {
  const start = clock.now();
  for (;;) {
    const reason = fault();
    if (reason !== null) throw failed(`the RBD image ${rbd.access.pool}/${image} cannot be opened: ${reason}`);
    const watchers = await rbd.watchers(image);
    const [first, ...others] = watchers;
    if (first !== undefined && others.length === 0 && identify(child.pid) !== null) return first;
    if (clock.now() - start > OPEN_SECONDS * 1000)
      throw watchers.length > 1
        ? foreignWatcher(rbd, image, watchers)
        : failed(`the RBD image ${rbd.access.pool}/${image} was not opened within ${OPEN_SECONDS} s (qemu-nbd)`);
    await clock.sleep(POLL_MS);
  }
}
