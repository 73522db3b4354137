import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { z } from "zod";
import type { Node } from "./digest.ts";

/** Computes digests beside the thread that moves the data. */
export interface Hasher {
  /** SHA-256 of the first `length` bytes; they must not change before it is there. */
  sha256(shared: SharedArrayBuffer, length: number): Promise<Node>;
  close(): Promise<void>;
}

/** More are never needed: one does about 1.5 GB/s. */
const MOST_WORKERS = 3;

/**
 * What a worker runs, as text: the program is one bundled file, and its tests are TypeScript, so that a file of its own
 * would be found by neither. node's asynchronous digest copies its input, which costs three times as much (measured).
 */
const PROGRAM = `
const { parentPort } = require("node:worker_threads");
const { createHash } = require("node:crypto");
parentPort.on("message", ({ id, shared, length }) => {
  parentPort.postMessage({ id, sha256: createHash("sha256").update(new Uint8Array(shared, 0, length)).digest("hex") });
});`;

const Answer = z.object({ id: z.int(), sha256: z.string().length(64) });

interface Waiting {
  readonly resolve: (node: Node) => void;
  readonly reject: (error: Error) => void;
}

export function startHasher(): Hasher {
  const workers = Array.from({ length: Math.min(MOST_WORKERS, availableParallelism()) }, startWorker);
  return {
    sha256: (shared, length) =>
      workers.reduce((best, one) => (one.busy() < best.busy() ? one : best)).ask(shared, length),
    close: async () => {
      await Promise.all(workers.map((worker) => worker.end()));
    },
  };
}

function startWorker() {
  const worker = new Worker(PROGRAM, { eval: true });
  worker.unref();
  const waiting = new Map<number, Waiting>();
  let last = 0;
  let fault: Error | null = null;
  worker.on("message", (message: unknown) => {
    const { id, sha256 } = Answer.parse(message);
    waiting.get(id)?.resolve(Buffer.from(sha256, "hex"));
    waiting.delete(id);
  });
  const fail = (error: Error): void => {
    fault ??= error;
    for (const { reject } of waiting.values()) reject(fault);
    waiting.clear();
  };
  worker.on("error", fail);
  worker.on("exit", () => {
    fail(new Error("a thread that computes digests has ended"));
  });
  return {
    busy: () => waiting.size,
    ask: (shared: SharedArrayBuffer, length: number): Promise<Node> => {
      if (fault !== null) return Promise.reject(fault);
      last += 1;
      const id = last;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, shared, length });
      });
    },
    end: () => worker.terminate(),
  };
}
