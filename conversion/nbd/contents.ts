import type { Extent, RandomContents, Window } from "../source/contents.ts";
import { NbdConnection } from "./connection.ts";
import { ZERO } from "./protocol.ts";

export interface NbdContentsOptions {
  /** The export, for messages. */
  readonly what: string;
  /** Connections to each socket. Default 1. */
  readonly connections?: number;
  /** Asks the servers for bytes only, never for what is zero (see `serveNode`). Default false. */
  readonly plain?: boolean;
  /** Reads under way on one connection. Default 4. */
  readonly depth?: number;
  /** Called when the contents are closed. */
  readonly onClose?: () => Promise<void>;
}

/** The longest window that one question about its runs is asked for; a question's length is 32 bits. */
const LONGEST_QUESTION = 2 ** 30;

/**
 * The export of NBD servers as contents of a disk. Several sockets must be servers of the same disk: reads are given to
 * whoever has least to do, so that formats that are decoded by one thread a server are decoded by several.
 * @throws {SourceFault} when a server does not answer
 */
export async function openNbd(sockets: readonly string[], options: NbdContentsOptions): Promise<NbdContents> {
  const { what, connections: each = 1, plain = false, depth = 4, onClose = () => Promise.resolve() } = options;
  const connections: NbdConnection[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(connections.map((connection) => connection.close()));
    await onClose();
  };
  try {
    for (let round = 0; round < each; round++)
      for (const socket of sockets) connections.push(await NbdConnection.open(socket, what, undefined, plain));
    return new NbdContents(connections, depth * connections.length, close);
  } catch (error) {
    await close();
    throw error;
  }
}

export class NbdContents implements RandomContents {
  readonly kind = "random";
  readonly depth: number;
  readonly close: () => Promise<void>;
  readonly #connections: readonly NbdConnection[];

  constructor(connections: readonly NbdConnection[], depth: number, close: () => Promise<void>) {
    this.#connections = connections;
    this.depth = depth;
    this.close = close;
  }

  get sizeBytes(): number {
    return this.#leastBusy().sizeBytes;
  }

  read({ offset }: Window, into: Buffer): Promise<void> {
    return this.#leastBusy().read(offset, into);
  }

  write(offset: number, data: Buffer): Promise<void> {
    return this.#leastBusy().write(offset, data);
  }

  writeZeroes(window: Window): Promise<void> {
    return this.#leastBusy().writeZeroes(window);
  }

  /** What any connection had acknowledged is stored then. */
  async flush(): Promise<void> {
    await Promise.all(this.#connections.map((connection) => connection.flush()));
  }

  async extents(window: Window): Promise<readonly Extent[]> {
    const extents: Extent[] = [];
    const end = window.offset + window.length;
    const add = (offset: number, length: number, zero: boolean): void => {
      const last = extents.at(-1);
      if (last?.zero === zero) extents[extents.length - 1] = { ...last, length: last.length + length };
      else extents.push({ offset, length, zero });
    };
    const connection = this.#leastBusy();
    if (!connection.tellsZeroes) return [{ ...window, zero: false }];
    for (let at = window.offset; at < end;) {
      const runs = await connection.blockStatus({ offset: at, length: Math.min(end - at, LONGEST_QUESTION) });
      const before = at;
      for (const { length, flags } of runs) {
        const part = Math.min(length, end - at);
        if (part <= 0) break;
        add(at, part, (flags & ZERO) !== 0);
        at += part;
      }
      if (at === before) {
        add(at, end - at, false);
        at = end;
      }
    }
    return extents;
  }

  #leastBusy(): NbdConnection {
    const [first, ...others] = this.#connections;
    if (first === undefined) throw new Error("no connection");
    return others.reduce((best, one) => (one.busy < best.busy ? one : best), first);
  }
}
