import type { Readable } from "node:stream";
import { SourceFault } from "./contents.ts";

export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** One answer of a server's /folder, whose body is read while it comes. */
export interface FolderAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /**
   * Puts the body into `into`.
   * @returns how many bytes came
   * @throws {SourceFault} when more come than there is room for, or the connection ends
   */
  fill(into: Buffer): Promise<number>;
  /** The start of the body as text: what a server says of its refusal. */
  text(mostBytes: number): Promise<string>;
}

/** An answer whose body the library reads. */
export function streamedAnswer(status: number, headers: AnswerHeaders, body: Readable): FolderAnswer {
  return {
    status,
    headers,
    fill: async (into) => {
      let filled = 0;
      await eachChunk(body, (chunk) => {
        if (filled + chunk.length > into.length) throw tooMuch(into.length);
        filled += chunk.copy(into, filled);
      });
      return filled;
    },
    text: async (mostBytes) => {
      const came: AsyncIterable<Buffer> = body;
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of came) {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes >= mostBytes) break;
      }
      return Buffer.concat(chunks).subarray(0, mostBytes).toString("utf8");
    },
  };
}

export const tooMuch = (bytes: number): SourceFault =>
  new SourceFault(`more than the ${bytes} bytes of the range came`);
export const cutShort = (): SourceFault => new SourceFault("the answer ended before its time");

/** By events: an iterator costs several turns of the queue for each 16 KiB that come. */
function eachChunk(body: Readable, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    body.once("end", resolve);
    body.once("error", reject);
    body.once("close", () => {
      reject(cutShort());
    });
    body.on("data", (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
        body.destroy();
      }
    });
  });
}
