import { chunk, DONE, errorText, IS_ERROR, SIMPLE_REPLY_MAGIC, STRUCTURED_REPLY_MAGIC } from "./protocol.ts";

/** A run of a window as the server describes it: length and flags of base:allocation. */
export interface Run {
  readonly length: number;
  readonly flags: number;
}

/** A request that is under way. */
export interface Pending {
  /** Where a read's data goes, and the offset on the disk of its first byte. */
  readonly into: Buffer | null;
  readonly offset: number;
  runs: Run[];
  /** Bytes of a read that have arrived. */
  filled: number;
  error: string | null;
  readonly resolve: (runs: Run[]) => void;
  readonly reject: (error: Error) => void;
}

/** Data of a read on its way to its place. */
interface Place {
  readonly pending: Pending;
  at: number;
  left: number;
}

/** A chunk that is no data, until it is there as a whole. */
interface Collection {
  readonly pending: Pending | undefined;
  readonly type: number;
  readonly buffer: Buffer;
  at: number;
}

/** What is read at once where no data is expected: a header, and whatever comes with it. */
const HEADER_BYTES = 64;

/** Reads what a server answers, simple and structured replies, as it comes: data is received in its place. */
export class Replies {
  readonly #headers = Buffer.alloc(HEADER_BYTES);
  readonly #pending: Map<number, Pending>;
  readonly #finished: (pending: Pending) => void;
  readonly #fault: (what: string) => void;
  #broken = false;
  /** Header of the reply that is being read, and how much of it is there. */
  readonly #header = Buffer.alloc(64);
  #have = 0;
  #need = 4;
  #payload: Place | null = null;
  #collect: Collection | null = null;
  #done: { readonly cookie: number; readonly pending: Pending } | null = null;

  /**
   * @param pending the requests that are under way, by cookie; one whose reply is there is taken out
   * @param finished called with each of these
   * @param fault called once, when what came is not the protocol; nothing is read after that
   */
  constructor(pending: Map<number, Pending>, finished: (pending: Pending) => void, fault: (what: string) => void) {
    this.#pending = pending;
    this.#finished = finished;
    this.#fault = (what) => {
      this.#broken = true;
      fault(what);
    };
  }

  /**
   * Where the next bytes are to be received: the place of the data that is being read, else a small buffer. The place
   * belongs to whoever asked for the data: once their request is given up, nothing may be received any more.
   */
  room(): Buffer {
    const place = this.#payload;
    const into = place?.pending.into ?? null;
    return place === null || into === null ? this.#headers : into.subarray(place.at, place.at + place.left);
  }

  /** So many bytes were received where {@link room} said. */
  received(count: number): void {
    if (this.#broken) return;
    if (this.#payload !== null) this.#placed(this.#payload, count);
    else this.receive(this.#headers.subarray(0, count));
  }

  /** Takes bytes that were received elsewhere. */
  receive(data: Buffer): void {
    let at = 0;
    while (at < data.length && !this.#broken) {
      if (this.#payload !== null) at = this.#intoPlace(data, at, this.#payload);
      else if (this.#collect !== null) at = this.#intoCollection(data, at, this.#collect);
      else at = this.#intoHeader(data, at);
    }
  }

  #intoPlace(data: Buffer, at: number, place: Place): number {
    const count = Math.min(place.left, data.length - at);
    place.pending.into?.set(data.subarray(at, at + count), place.at);
    this.#placed(place, count);
    return at + count;
  }

  #placed(place: Place, count: number): void {
    place.at += count;
    place.left -= count;
    place.pending.filled += count;
    if (place.left > 0) return;
    this.#payload = null;
    this.#finishIfDone();
  }

  #intoCollection(data: Buffer, at: number, collect: Collection): number {
    const count = Math.min(collect.buffer.length - collect.at, data.length - at);
    collect.buffer.set(data.subarray(at, at + count), collect.at);
    collect.at += count;
    if (collect.at === collect.buffer.length) {
      this.#collect = null;
      if (collect.pending !== undefined) collected(collect.pending, collect.type, collect.buffer);
      this.#finishIfDone();
    }
    return at + count;
  }

  #intoHeader(data: Buffer, at: number): number {
    const count = Math.min(this.#need - this.#have, data.length - at);
    this.#header.set(data.subarray(at, at + count), this.#have);
    this.#have += count;
    if (this.#have === this.#need) this.#headerRead();
    return at + count;
  }

  #headerRead(): void {
    const header = this.#header;
    const magic = header.readUInt32BE(0);
    if (this.#need === 4) {
      if (magic === SIMPLE_REPLY_MAGIC) this.#need = 16;
      else if (magic === STRUCTURED_REPLY_MAGIC) this.#need = 20;
      else this.#fault(`a reply begins with ${magic.toString(16)}`);
      return;
    }
    if (magic === SIMPLE_REPLY_MAGIC) {
      const cookie = header.readUInt32BE(12);
      const code = header.readUInt32BE(4);
      const pending = this.#pending.get(cookie);
      this.#nextHeader();
      if (pending === undefined) {
        this.#fault("a reply to no request");
        return;
      }
      if (code !== 0) pending.error = errorText(code);
      this.#done = { cookie, pending };
      if (code === 0 && pending.into !== null) this.#payload = { pending, at: 0, left: pending.into.length };
      else this.#finishIfDone();
      return;
    }
    const cookie = header.readUInt32BE(12);
    const pending = this.#pending.get(cookie);
    const type = header.readUInt16BE(6);
    const length = header.readUInt32BE(16);
    if (pending === undefined) {
      this.#fault("a reply to no request");
      return;
    }
    if (type === chunk.data && this.#need === 20) {
      this.#need = 28;
      return;
    }
    if ((header.readUInt16BE(4) & DONE) !== 0) this.#done = { cookie, pending };
    this.#nextHeader();
    if (type === chunk.data) {
      const place = Number(header.readBigUInt64BE(20)) - pending.offset;
      const size = length - 8;
      if (pending.into === null || place < 0 || size < 0 || place + size > pending.into.length) {
        this.#fault("data outside of what was asked for");
        return;
      }
      if (size > 0) this.#payload = { pending, at: place, left: size };
      else this.#finishIfDone();
    } else if (length > 0 && length < 1 << 24)
      this.#collect = { pending, type, buffer: Buffer.allocUnsafe(length), at: 0 };
    else if (length > 0) this.#fault(`a chunk of ${length} bytes`);
    else this.#finishIfDone();
  }

  #nextHeader(): void {
    this.#have = 0;
    this.#need = 4;
  }

  #finishIfDone(): void {
    if (this.#done === null) return;
    const { cookie, pending } = this.#done;
    this.#done = null;
    this.#pending.delete(cookie);
    this.#finished(pending);
  }
}

/** Takes a chunk that is no data into the request that it answers. */
function collected(pending: Pending, type: number, buffer: Buffer): void {
  if ((type & IS_ERROR) !== 0) {
    const text = buffer.length > 6 ? buffer.subarray(6, 6 + buffer.readUInt16BE(4)).toString("utf8") : "";
    pending.error = `${errorText(buffer.readUInt32BE(0))}${text === "" ? "" : ` (${text})`}`;
  } else if (type === chunk.hole && pending.into !== null && buffer.length >= 12) {
    const place = Number(buffer.readBigUInt64BE(0)) - pending.offset;
    const size = buffer.readUInt32BE(8);
    if (place < 0 || place + size > pending.into.length) pending.error = "a hole outside of what was asked for";
    else {
      pending.into.fill(0, place, place + size);
      pending.filled += size;
    }
  } else if (type === chunk.blockStatus)
    for (let at = 4; at + 8 <= buffer.length; at += 8)
      pending.runs.push({ length: buffer.readUInt32BE(at), flags: buffer.readUInt32BE(at + 4) });
  else if (type !== chunk.none) pending.error = `a chunk of the unknown type ${type}`;
}
