import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../commands.ts";
import { imageOpts, type ImageOpts } from "../copy/image-opts.ts";
import type { Clock, Commands, Started } from "../effects.ts";
import { endInOrder } from "../end-in-order.ts";
import { failed } from "../failure.ts";
import { SourceFault } from "../source/contents.ts";
import { openNbd, type NbdContents } from "./contents.ts";

const START_SECONDS = 60;
const POLL_MS = 20;

/** What a server of a source needs. */
export interface ServeContext {
  readonly commands: Commands;
  readonly clock: Clock;
  /** Private folder for sockets (at most 90 characters). */
  readonly folder: string;
}

/** A server that was started. */
interface Server {
  readonly child: Started;
  readonly socket: string;
  /** Why it has ended by itself, null while it runs. */
  fault: string | null;
  /** What it had said when it ended, in whatever way. */
  said: string | null;
}

/** How a node is served and read. */
interface ServeOptions {
  readonly servers?: number;
  readonly connections?: number;
  readonly depth?: number;
  /**
   * Neither server nor client looks for what is zero. An RBD image that reads from elsewhere (instant import) kills whoever
   * asks it for its extents (SIGFPE inside librbd 16.2), and qemu-nbd asks for every read with structured replies.
   */
  readonly plain?: boolean;
}

/**
 * Opens a qemu node for reading, by as many qemu-nbd as `servers` says: each decodes with one thread.
 * @param disk name of the disk for messages
 * @throws a failure when one does not start
 */
export function serveNode(
  context: ServeContext,
  disk: string,
  node: ImageOpts,
  { servers = 1, connections = 1, depth = 4, plain = false }: ServeOptions = {},
): Promise<NbdContents> {
  const command = (socket: string): readonly [string, readonly string[]] => [
    "qemu-nbd",
    [
      ...["--persistent", "--read-only", "--shared", String(connections + 1), "--socket", socket],
      ...["--image-opts", imageOpts(node)],
    ],
  ];
  return serveCommand(context, disk, command, { servers, connections, depth, plain });
}

/**
 * Starts servers that each listen on the socket that they are told, and opens what they export. They end when the contents
 * are closed.
 * @param command tool and arguments of a server that stays in the foreground
 */
export async function serveCommand(
  context: ServeContext,
  disk: string,
  command: (socket: string) => readonly [tool: string, args: readonly string[]],
  {
    servers: count,
    connections,
    depth,
    plain = false,
  }: { servers: number; connections: number; depth: number; plain?: boolean },
): Promise<NbdContents> {
  const servers = await startServers(context, disk, command, count);
  try {
    const onClose = (): Promise<void> => servers.close();
    return await openNbd(servers.sockets, { what: `${disk}: the source`, connections, depth, plain, onClose });
  } catch (error) {
    await servers.close();
    // nbdkit says why a plugin does not open a disk, and lives on.
    const fault = servers.fault() ?? servers.said();
    if (error instanceof SourceFault && fault !== null) throw failed(`${disk}: the source cannot be opened: ${fault}`);
    throw error;
  }
}

/** Servers of one disk that run. */
export interface Servers {
  readonly sockets: readonly string[];
  /** Why one has ended by itself; null while all run, or when they were closed. */
  fault(): string | null;
  /** What one of them had said, once they were closed. */
  said(): string | null;
  /** Ends them. */
  close(): Promise<void>;
}

/**
 * Starts servers and waits until they listen.
 * @throws a failure when one does not
 */
export async function startServers(
  { commands, clock, folder }: ServeContext,
  disk: string,
  command: (socket: string) => readonly [tool: string, args: readonly string[]],
  count: number,
): Promise<Servers> {
  let closed = false;
  const servers = Array.from({ length: count }, (): Server => {
    const socket = join(folder, `source-${randomBytes(4).toString("hex")}.sock`);
    const [tool, args] = command(socket);
    const server: Server = { child: commands.start(tool, args), socket, fault: null, said: null };
    void server.child.ended.then((finished) => {
      const reason = `${tool}: ${reasonOf(finished)}`;
      if (!closed) server.fault = reason;
      if (finished.stderr.trim() !== "") server.said = reason;
    });
    return server;
  });
  const close = (): Promise<void> => {
    closed = true;
    return endInOrder(servers.map(({ child }) => child));
  };
  try {
    await Promise.all(servers.map((server) => isUp(server, clock, disk)));
  } catch (error) {
    await close();
    throw error;
  }
  const first = (what: "fault" | "said"): string | null =>
    servers.find((server) => server[what] !== null)?.[what] ?? null;
  return {
    sockets: servers.map(({ socket }) => socket),
    fault: () => first("fault"),
    said: () => first("said"),
    close,
  };
}

async function isUp(server: Server, clock: Clock, disk: string): Promise<void> {
  const start = clock.now();
  while (!existsSync(server.socket)) {
    if (server.fault !== null) throw failed(`${disk}: the source cannot be opened: ${server.fault}`);
    if (clock.now() - start > START_SECONDS * 1000)
      throw failed(`${disk}: the source was not opened within ${START_SECONDS} s`);
    await clock.sleep(POLL_MS);
  }
}
