import { SourceFault } from "../source/contents.ts";
import {
  ALLOCATION,
  MAGIC,
  metaContextData,
  option,
  OPTION_MAGIC,
  OPTION_REPLY_MAGIC,
  optionReply,
  optionRequest,
  SENDS_WHOLE,
} from "./protocol.ts";

export interface Agreed {
  readonly sizeBytes: number;
  /** Whether the server tells what reads as zeroes. */
  readonly tellsZeroes: boolean;
  /** Whether a read may ask for its data in one piece. */
  readonly sendsWhole: boolean;
  /** Bytes that came after the handshake. */
  readonly rest: Buffer;
}

/** Client flags: fixed newstyle, no zeroes at the end. */
const CLIENT_FLAGS = 3;

/**
 * The client's half of the handshake for the default export: structured replies and base:allocation where the server has
 * them.
 * @param send writes to the server
 * @param plain asks for neither: the server then never looks for what is zero
 */
export function shakeHands(
  send: (data: Buffer) => void,
  what: string,
  plain = false,
): { receive(data: Buffer): void; done: Promise<Agreed> } {
  let buffer = Buffer.alloc(0);
  let wake: (() => void) | null = null;
  const take = async (bytes: number): Promise<Buffer> => {
    while (buffer.length < bytes) await new Promise<void>((resolve) => (wake = resolve));
    const taken = buffer.subarray(0, bytes);
    buffer = buffer.subarray(bytes);
    return taken;
  };
  const fault = (reason: string): SourceFault => new SourceFault(`${what}: the NBD handshake failed: ${reason}`);

  /** Sends an option and hands its replies on, until it is acknowledged (true) or refused (false). */
  const ask = async (kind: number, data: Buffer, onReply: (type: number, data: Buffer) => void): Promise<boolean> => {
    send(optionRequest(kind, data));
    for (;;) {
      const header = await take(20);
      if (header.readBigUInt64BE(0) !== OPTION_REPLY_MAGIC || header.readUInt32BE(8) !== kind)
        throw fault("an unexpected reply");
      const type = header.readUInt32BE(12);
      const reply = await take(header.readUInt32BE(16));
      if (type === optionReply.ack) return true;
      if (type >= 0x80000000) return false;
      onReply(type, reply);
    }
  };

  const agree = async (): Promise<Agreed> => {
    const greeting = await take(18);
    if (greeting.readBigUInt64BE(0) !== MAGIC || greeting.readBigUInt64BE(8) !== OPTION_MAGIC)
      throw fault("not an NBD server of the newstyle kind");
    const flags = Buffer.alloc(4);
    flags.writeUInt32BE(greeting.readUInt16BE(16) & CLIENT_FLAGS);
    send(flags);
    let tellsZeroes = false;
    if (!plain && (await ask(option.structuredReply, Buffer.alloc(0), () => undefined)))
      await ask(option.setMetaContext, metaContextData(ALLOCATION), (type) => {
        tellsZeroes ||= type === optionReply.metaContext;
      });
    const sizes: number[] = [];
    let sendsWhole = false;
    const gone = await ask(option.go, Buffer.alloc(6), (type, data) => {
      if (type !== optionReply.info || data.readUInt16BE(0) !== 0) return;
      sizes.push(Number(data.readBigUInt64BE(2)));
      sendsWhole = (data.readUInt16BE(10) & SENDS_WHOLE) !== 0;
    });
    const [sizeBytes] = sizes;
    if (!gone || sizeBytes === undefined) throw fault("the server does not give the export");
    return { sizeBytes, tellsZeroes, sendsWhole, rest: buffer };
  };

  return {
    receive: (data) => {
      buffer = Buffer.concat([buffer, data]);
      wake?.();
    },
    done: agree(),
  };
}
