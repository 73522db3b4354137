import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { SourceFault, type Window } from "../source/contents.ts";
import { shakeHands, type Agreed } from "./handshake.ts";
import { command, requestHeader, WHOLE } from "./protocol.ts";
import { Replies, type Pending, type Run } from "./replies.ts";

/** The server carried a request out with an error: what the disk or the storage behind it says. */
export class NbdError extends Error {
  override readonly name = "NbdError";
}

/** A server that takes the connection greets at once. One that was told to end before it served never does. */
const GREETING_MS = 60_000;

/** A server makes its socket first and listens a moment later (bind, listen): until then the connection is refused. */
const LISTENING_MS = 1_500;

const isRefused = (error: unknown): boolean =>
  error instanceof SourceFault &&
  error.cause instanceof Error &&
  "code" in error.cause &&
  error.cause.code === "ECONNREFUSED";

/** What is read at once until both sides have agreed. */
const GREETING_BYTES = 64 * 1024;

/**
 * One connection to an NBD server on a Unix socket. Requests may be under way side by side; each resolves by its own
 * reply. When the connection ends, all that is under way is rejected with a {@link SourceFault}.
 */
export class NbdConnection {
  readonly sizeBytes: number;
  /** Whether the server tells what reads as zeroes. */
  readonly tellsZeroes: boolean;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending>();
  readonly #what: string;
  #cookie = 0;
  #ended: Error | null = null;
  readonly #replies: Replies;
  /**
   * Flags of a read. In one piece: else qemu-nbd asks the image for its extents before each read, which takes RBD longer
   * than the read.
   */
  readonly #readFlags: number;

  private constructor(socket: Socket, what: string, { sizeBytes, tellsZeroes, sendsWhole }: Agreed) {
    this.#socket = socket;
    this.#what = what;
    this.sizeBytes = sizeBytes;
    this.tellsZeroes = tellsZeroes;
    this.#readFlags = tellsZeroes && sendsWhole ? WHOLE : 0;
    this.#replies = new Replies(
      this.#pending,
      (pending) => {
        this.#finished(pending);
      },
      (fault) => {
        this.#protocolFault(fault);
      },
    );
  }

  /**
   * @param what the export, for messages
   * @param greetingMs how long the server may take to agree on the export
   * @param plain asks for bytes only, never for what is zero (see `serveNode`)
   * @throws {SourceFault} when there is no server, or it is no good
   */
  static async open(path: string, what: string, greetingMs = GREETING_MS, plain = false): Promise<NbdConnection> {
    const start = Date.now();
    for (;;) {
      try {
        return await this.#openOnce(path, what, greetingMs, plain);
      } catch (error) {
        if (!isRefused(error) || Date.now() - start > LISTENING_MS) throw error;
        await sleep(20);
      }
    }
  }

  static async #openOnce(path: string, what: string, greetingMs: number, plain: boolean): Promise<NbdConnection> {
    const greeting = Buffer.allocUnsafe(GREETING_BYTES);
    let room = (): Buffer => greeting;
    let receiving: Buffer = greeting;
    let received: (count: number) => void = () => undefined;
    const socket = connect({
      path,
      // The kernel writes to the place that a read's data has in the end: there is no copy in between.
      onread: {
        buffer: () => (receiving = room()),
        callback: (count) => {
          received(count);
          return true;
        },
      },
    });
    const broken = new Promise<never>((_, reject) => {
      socket.once("error", (error) => {
        reject(new SourceFault(`${what}: ${error.message}`, { cause: error }));
      });
      socket.once("close", () => {
        reject(new SourceFault(`${what}: the server ended the connection`));
      });
    });
    broken.catch(() => undefined);
    const timer = setTimeout(() => {
      socket.destroy(new Error(`the server did not greet within ${greetingMs / 1000} s`));
    }, greetingMs);
    const hands = shakeHands((data) => socket.write(data), what, plain);
    received = (count) => {
      hands.receive(greeting.subarray(0, count));
    };
    const agreed = await Promise.race([hands.done, broken])
      .catch((error: unknown) => {
        socket.destroy();
        throw error;
      })
      .finally(() => {
        clearTimeout(timer);
      });
    const connection = new NbdConnection(socket, what, agreed);
    room = () => connection.#replies.room();
    received = (count) => {
      if (connection.#ended !== null) return;
      // What came first after the handshake is in its buffer.
      if (receiving === greeting) connection.#replies.receive(greeting.subarray(0, count));
      else connection.#replies.received(count);
    };
    socket.on("error", () => undefined);
    broken.catch((error: unknown) => {
      connection.#end(error instanceof Error ? error : new Error(String(error)));
    });
    if (agreed.rest.length > 0) connection.#replies.receive(agreed.rest);
    return connection;
  }

  /** Requests that are under way. */
  get busy(): number {
    return this.#pending.size;
  }

  /** Reads exactly as many bytes as `into` has. */
  async read(offset: number, into: Buffer): Promise<void> {
    await this.#request(command.read, offset, into.length, { into, flags: this.#readFlags });
  }

  /** Resolves when the server has acknowledged the write; `data` must not be changed before. */
  async write(offset: number, data: Buffer): Promise<void> {
    await this.#request(command.write, offset, data.length, { data });
  }

  async writeZeroes({ offset, length }: Window): Promise<void> {
    await this.#request(command.writeZeroes, offset, length);
  }

  /** Resolves when all that was acknowledged before is on stable storage. */
  async flush(): Promise<void> {
    await this.#request(command.flush, 0, 0);
  }

  /** Runs from the window's start on; the server may tell of less, or (the last run) of more, than the window. */
  blockStatus({ offset, length }: Window): Promise<Run[]> {
    return this.#request(command.blockStatus, offset, length);
  }

  close(): Promise<void> {
    if (this.#ended === null) this.#socket.end(requestHeader(command.disconnect, 0, 0, 0));
    this.#end(new SourceFault(`${this.#what}: the connection was closed`));
    return Promise.resolve();
  }

  #request(
    type: number,
    offset: number,
    length: number,
    { into = null, data, flags = 0 }: { into?: Buffer | null; data?: Buffer; flags?: number } = {},
  ): Promise<Run[]> {
    if (this.#ended !== null) return Promise.reject(this.#ended);
    const cookie = (this.#cookie = (this.#cookie + 1) >>> 0);
    return new Promise((resolve, reject) => {
      this.#pending.set(cookie, { into, offset, runs: [], filled: 0, error: null, resolve, reject });
      this.#socket.cork();
      this.#socket.write(requestHeader(type, cookie, offset, length, flags));
      if (data !== undefined) this.#socket.write(data);
      this.#socket.uncork();
    });
  }

  #end(error: Error): void {
    if (this.#ended !== null) return;
    this.#ended = error;
    // The place of a read that is under way goes to somebody else now: nothing may be received in it any more.
    if (this.#pending.size > 0) this.#socket.destroy();
    else this.#socket.destroySoon();
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }

  #protocolFault(what: string): void {
    this.#end(new SourceFault(`${this.#what}: the server does not speak the protocol: ${what}`));
    this.#socket.destroy();
  }

  #finished(pending: Pending): void {
    if (pending.error !== null) pending.reject(new NbdError(`${this.#what}: ${pending.error}`));
    else if (pending.into !== null && pending.filled !== pending.into.length)
      pending.reject(
        new NbdError(`${this.#what}: a short read: ${pending.filled} of ${pending.into.length} bytes came`),
      );
    else pending.resolve(pending.runs);
  }
}
