/** Bytes of a stream, taken in pieces of the reader's choice; no more of them are held than one piece needs. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Buffer = Buffer.alloc(0);
  #position = 0;

  constructor(stream: AsyncIterable<Uint8Array>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** How many bytes were taken so far. */
  get position(): number {
    return this.#position;
  }

  /** The next `length` bytes, fewer where the stream ends. They may be a view of what came, and are not overwritten. */
  async take(length: number): Promise<Buffer> {
    if (this.#rest.length < length) await this.#gather(length);
    const taken = this.#rest.subarray(0, length);
    this.#rest = this.#rest.subarray(taken.length);
    this.#position += taken.length;
    return taken;
  }

  /** Passes over bytes without keeping them; gives how many there were, fewer than `length` where the stream ends. */
  async skip(length: number): Promise<number> {
    let left = length;
    while (left > 0) {
      const { length: passed } = await this.take(Math.min(left, 65_536));
      if (passed === 0) break;
      left -= passed;
    }
    return length - left;
  }

  /** Ends the stream. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #gather(length: number): Promise<void> {
    const parts = [this.#rest];
    let have = this.#rest.length;
    while (have < length) {
      const next = await this.#chunks.next();
      if (next.done === true) break;
      const { buffer, byteOffset, byteLength } = next.value;
      parts.push(Buffer.from(buffer, byteOffset, byteLength));
      have += byteLength;
    }
    // One part needs no copy.
    this.#rest = parts.length === 2 && parts[0]?.length === 0 ? (parts[1] ?? this.#rest) : Buffer.concat(parts, have);
  }
}
