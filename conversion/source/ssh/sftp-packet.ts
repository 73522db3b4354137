/**
 * Packets of SFTP, version 3, which is what OpenSSH and ESXi speak. Source: draft-ietf-secsh-filexfer-02
 * (https://datatracker.ietf.org/doc/html/draft-ietf-secsh-filexfer-02).
 */

export const VERSION = 3;
export const request = {
  init: 1,
  open: 3,
  close: 4,
  read: 5,
  fstat: 8,
  readdir: 12,
  opendir: 11,
  realpath: 16,
} as const;
export const reply = { version: 2, status: 101, handle: 102, data: 103, name: 104, attrs: 105 } as const;
/** Codes of a status. */
export const status = { ok: 0, endOfFile: 1, noSuchFile: 2, permissionDenied: 3 } as const;
/** Flag of `open`. */
export const READ = 1;
/** Flags that tell which attributes follow. */
const has = { size: 1, owner: 2, permissions: 4, times: 8 } as const;
const FILE_TYPE = 0o170000;
const REGULAR = 0o100000;

export interface Attributes {
  /** null: the server does not tell. */
  readonly bytes: number | null;
  readonly isRegular: boolean;
  /** Modification time in whole seconds since 1970; null: the server does not tell. */
  readonly modifiedSeconds: number | null;
}

/** A packet of a request: each part a number of 32 bits, one of 64, or a string. */
export function packet(type: number, ...parts: readonly (number | bigint | string | Buffer)[]): Buffer {
  const body = Buffer.concat([Buffer.from([type]), ...parts.map(encoded)]);
  return Buffer.concat([encoded(body.length), body]);
}

function encoded(part: number | bigint | string | Buffer): Buffer {
  if (typeof part === "string" || Buffer.isBuffer(part)) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(part, "utf8");
    return Buffer.concat([encoded(bytes.length), bytes]);
  }
  const number = Buffer.alloc(typeof part === "bigint" ? 8 : 4);
  if (typeof part === "bigint") number.writeBigUInt64BE(part);
  else number.writeUInt32BE(part);
  return number;
}

/** Takes a packet's parts one after the other. @throws RangeError past its end */
export class Parts {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  byte(): number {
    return this.#buffer.readUInt8(this.#at++);
  }

  number(): number {
    const value = this.#buffer.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }

  bytes(): Buffer {
    const length = this.number();
    if (this.#at + length > this.#buffer.length) throw new RangeError("a string past the end of its packet");
    this.#at += length;
    return this.#buffer.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return this.bytes().toString("utf8");
  }

  attributes(): Attributes {
    const flags = this.number();
    let bytes: number | null = null;
    if ((flags & has.size) !== 0) {
      bytes = Number(this.#buffer.readBigUInt64BE(this.#at));
      this.#at += 8;
    }
    if ((flags & has.owner) !== 0) this.#at += 8;
    const permissions = (flags & has.permissions) === 0 ? 0 : this.number();
    if ((flags & has.times) !== 0) this.number(); // when it was read
    const modifiedSeconds = (flags & has.times) === 0 ? null : this.number();
    return { bytes, isRegular: (permissions & FILE_TYPE) === REGULAR, modifiedSeconds };
  }
}
