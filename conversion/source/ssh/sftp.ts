import type { Writable } from "node:stream";
import type { Commands, Started } from "../../effects.ts";
import { sshArguments } from "../../runner/ssh-command.ts";
import type { SshHost } from "../../runner/runner-settings.ts";
import { packet, Parts, READ, reply, request, status, VERSION, type Attributes } from "./sftp-packet.ts";

/** What the other side says of a request that it does not carry out. */
export class SftpError extends Error {
  override readonly name = "SftpError";
  /** A status of SFTP. */
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** The line ended, or the other side does not speak the protocol. */
export class SftpBroken extends Error {
  override readonly name = "SftpBroken";
}

/** Largest packet that is taken: a server's answer to a read has at most what was asked for. */
const LARGEST_PACKET = 1 << 20;
/** OpenSSH answers reads of up to 256 KiB, others 32. */
const READ_BYTES = 32 * 1024;

/**
 * Files of a host behind its sshd, read-only, for looking at them: sizes, times, headers. Paths travel in packets; no shell
 * sees them.
 */
export class Sftp {
  readonly #child: Started;
  readonly #input: Writable;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (answer: Answer) => void; readonly reject: (error: Error) => void }
  >();
  #received = Buffer.alloc(0);
  #next = 1;
  #broken: Error | null = null;
  #greeted: () => void = () => undefined;

  private constructor(start: (onStreams: (input: Writable, output: NodeJS.ReadableStream) => void) => Started) {
    let input: Writable | undefined;
    this.#child = start((stdin, stdout) => {
      input = stdin;
      stdin.on("error", () => undefined);
      stdout.on("data", (data: Buffer) => {
        this.#receive(data);
      });
    });
    if (input === undefined) throw new SftpBroken("ssh was not started");
    this.#input = input;
    void this.#child.ended.then(() => {
      this.#break(new SftpBroken("the line ended"));
    });
  }

  /**
   * Opens the subsystem.
   * @throws {SftpBroken} when ssh does not get there: `ended` then tells why
   */
  static async open(commands: Commands, host: SshHost, onChild: (child: Started) => void): Promise<Sftp> {
    const sftp = new Sftp((onStreams) => {
      const child = commands.start("ssh", sshArguments(host, "sftp", ["-s"]), { onStreams, agent: true });
      onChild(child);
      return child;
    });
    const greeted = new Promise<void>((resolve, reject) => {
      sftp.#greeted = resolve;
      sftp.#waiting.set(0, { resolve: () => undefined, reject });
    });
    sftp.#input.write(packet(request.init, VERSION));
    await greeted;
    return sftp;
  }

  /** The path without links, as the other side has it. */
  async realPath(path: string): Promise<string> {
    const { type, parts } = await this.#ask(request.realpath, path);
    if (type !== reply.name || parts.number() < 1) throw this.#unexpected(type);
    return parts.text();
  }

  /** Lends a file that is open for reading. */
  async withFile<T>(path: string, use: (file: SftpFile) => Promise<T>): Promise<T> {
    const opened = await this.#ask(request.open, path, READ, 0);
    if (opened.type !== reply.handle) throw this.#unexpected(opened.type);
    const handle = Buffer.from(opened.parts.bytes());
    try {
      return await use({
        attributes: async () => {
          const { type, parts } = await this.#ask(request.fstat, handle);
          if (type !== reply.attrs) throw this.#unexpected(type);
          return parts.attributes();
        },
        read: (offset, length) => this.#read(handle, offset, length),
      });
    } finally {
      await this.#ask(request.close, handle).catch(() => undefined);
    }
  }

  /** Ends the line. */
  async close(): Promise<void> {
    this.#input.end();
    this.#child.kill("SIGTERM");
    await this.#child.ended;
  }

  async #read(handle: Buffer, offset: number, length: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (let done = 0; done < length;) {
      const part = Math.min(READ_BYTES, length - done);
      const { type, parts } = await this.#ask(request.read, handle, BigInt(offset + done), part).catch(
        (error: unknown) => {
          if (error instanceof SftpError && error.code === status.endOfFile) return END;
          throw error;
        },
      );
      if (type === END.type) break;
      if (type !== reply.data) throw this.#unexpected(type);
      const data = parts.bytes();
      if (data.length === 0) break;
      chunks.push(Buffer.from(data));
      done += data.length;
    }
    return Buffer.concat(chunks);
  }

  #ask(type: number, ...parts: readonly (number | bigint | string | Buffer)[]): Promise<Answer> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#input.write(packet(type, id, ...parts));
    });
  }

  #receive(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    while (this.#received.length >= 4) {
      const length = this.#received.readUInt32BE(0);
      if (length === 0 || length > LARGEST_PACKET) {
        // A login that prints something (a banner in its shell's start-up) spoils the line.
        this.#break(
          new SftpBroken(`no SFTP answer came, but ${JSON.stringify(this.#received.toString("latin1", 0, 80))}`),
        );
        return;
      }
      if (this.#received.length < 4 + length) return;
      const body = this.#received.subarray(4, 4 + length);
      this.#received = this.#received.subarray(4 + length);
      try {
        this.#take(new Parts(body));
      } catch (error) {
        this.#break(new SftpBroken(`an answer that cannot be read: ${String(error)}`));
        return;
      }
    }
  }

  #take(parts: Parts): void {
    const type = parts.byte();
    const id = parts.number();
    if (type === reply.version) {
      this.#waiting.delete(0);
      this.#greeted();
      return;
    }
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (type !== reply.status) {
      waiting?.resolve({ type, parts });
      return;
    }
    const code = parts.number();
    if (code === status.ok) waiting?.resolve({ type, parts });
    else waiting?.reject(new SftpError(code, parts.text()));
  }

  #break(error: Error): void {
    this.#broken ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#broken);
    this.#waiting.clear();
  }

  #unexpected(type: number): Error {
    return new SftpBroken(`an answer of the unexpected type ${type}`);
  }
}

interface Answer {
  readonly type: number;
  readonly parts: Parts;
}

const END: Answer = { type: -1, parts: new Parts(Buffer.alloc(0)) };

/** A file that is open. */
export interface SftpFile {
  attributes(): Promise<Attributes>;
  /** What is there, shorter at the end. */
  read(offset: number, length: number): Promise<Buffer>;
}
