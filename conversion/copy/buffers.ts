import { BLOCK_BYTES } from "./digest.ts";

/** Memory of one block, which the threads that compute digests see too. */
export interface BlockBuffer {
  readonly shared: SharedArrayBuffer;
  /** All of it. */
  readonly data: Buffer;
}

/** A fixed number of buffers: who finds none waits, and so reading never runs away from writing. */
export class Buffers {
  readonly #free: BlockBuffer[];
  readonly #waiting: ((buffer: BlockBuffer) => void)[] = [];

  constructor(count: number) {
    this.#free = Array.from({ length: count }, () => {
      const shared = new SharedArrayBuffer(BLOCK_BYTES);
      return { shared, data: Buffer.from(shared) };
    });
  }

  take(): Promise<BlockBuffer> {
    const buffer = this.#free.pop();
    return buffer === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(buffer);
  }

  release(buffer: BlockBuffer): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free.push(buffer);
    else next(buffer);
  }
}
