/**
 * Numbers of the NBD protocol. Source: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md (fixed newstyle
 * handshake, structured replies, meta context base:allocation).
 */

export const MAGIC = 0x4e42444d41474943n;
export const OPTION_MAGIC = 0x49484156454f5054n;
export const OPTION_REPLY_MAGIC = 0x0003e889045565a9n;
export const REQUEST_MAGIC = 0x25609513;
export const SIMPLE_REPLY_MAGIC = 0x67446698;
export const STRUCTURED_REPLY_MAGIC = 0x668e33ef;

export const option = { go: 7, structuredReply: 8, setMetaContext: 10 } as const;
export const optionReply = { ack: 1, info: 3, metaContext: 4 } as const;
export const ALLOCATION = "base:allocation";

export const command = { read: 0, write: 1, disconnect: 2, flush: 3, writeZeroes: 6, blockStatus: 7 } as const;
export const chunk = { none: 0, data: 1, hole: 2, blockStatus: 5 } as const;
/** Bit of an export's flags: a read may ask for its data in one piece. */
export const SENDS_WHOLE = 0x80;
/** Bit of a request's flags: in one piece (NBD_CMD_FLAG_DF). */
export const WHOLE = 4;
/** Bit of a chunk's flags: the last one of its reply. */
export const DONE = 1;
/** Bit of a chunk's type: an error. */
export const IS_ERROR = 0x8000;
/** Bit of a block status: reads as zeroes. */
export const ZERO = 2;

/** Names of the protocol's error numbers. */
const errors: Readonly<Record<number, string>> = {
  1: "operation not permitted",
  5: "input/output error",
  12: "out of memory",
  22: "invalid argument",
  28: "no space left",
  75: "overflow",
  95: "not supported",
  108: "server shuts down",
};

export const errorText = (code: number): string => errors[code] ?? `error ${code}`;

/** A request's header. */
export function requestHeader(type: number, cookie: number, offset: number, length: number, flags = 0): Buffer {
  const header = Buffer.alloc(28);
  header.writeUInt32BE(REQUEST_MAGIC, 0);
  header.writeUInt16BE(flags, 4);
  header.writeUInt16BE(type, 6);
  header.writeUInt32BE(cookie, 12);
  header.writeBigUInt64BE(BigInt(offset), 16);
  header.writeUInt32BE(length, 24);
  return header;
}

/** An option of the handshake. */
export function optionRequest(kind: number, data: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64BE(OPTION_MAGIC, 0);
  header.writeUInt32BE(kind, 8);
  header.writeUInt32BE(data.length, 12);
  return Buffer.concat([header, data]);
}

/** Data of an option that names the default export and `queries`. */
export function metaContextData(...queries: readonly string[]): Buffer {
  const number = (value: number): Buffer => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  return Buffer.concat([
    number(0),
    number(queries.length),
    ...queries.flatMap((query) => [number(Buffer.byteLength(query)), Buffer.from(query)]),
  ]);
}
