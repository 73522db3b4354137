import { messageOf } from "../failure.ts";
import { SourceFault, type Extent, type RandomContents, type Window } from "./contents.ts";

export interface ReopeningOptions {
  /** What is read, for messages. */
  readonly what: string;
  /** A request without an answer for so long is given up: the other side is gone, and nothing here would notice. */
  readonly silenceMs: number;
}

/**
 * Contents behind a network whose line may break: a request that fails, or is not answered, closes them and is told as a
 * {@link SourceFault}; the next one opens them anew. Who reads tries again, so that a line that is down for a while costs
 * that while and no more.
 * @param open opens the contents; its first failure is thrown as it is, later ones as what may heal
 */
export async function reopening(
  open: () => Promise<RandomContents>,
  { what, silenceMs }: ReopeningOptions,
): Promise<RandomContents> {
  const first = await open();
  let current: Promise<RandomContents> | null = Promise.resolve(first);
  let closed = false;
  const healing = (error: unknown): SourceFault =>
    error instanceof SourceFault ? error : new SourceFault(`${what}: ${messageOf(error)}`);

  const opened = (): Promise<RandomContents> => {
    if (closed) throw new Error(`${what}: it was closed`);
    if (current !== null) return current;
    const next = open();
    current = next;
    next.catch(() => {
      if (current === next) current = null;
    });
    return next;
  };
  const request = async <T>(ask: (contents: RandomContents) => Promise<T>): Promise<T> => {
    const mine = opened();
    let contents: RandomContents;
    try {
      contents = await mine;
    } catch (error) {
      throw healing(error);
    }
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new SourceFault(`${what}: no answer for ${silenceMs / 1000} s`));
      }, silenceMs);
    });
    try {
      return await Promise.race([ask(contents), silence]);
    } catch (error) {
      if (current === mine) current = null;
      // Closed before anybody hears of it: nothing may still arrive in a buffer that is used again.
      await contents.close();
      throw healing(error);
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    kind: "random",
    depth: first.depth,
    extents: (window: Window): Promise<readonly Extent[]> => request((contents) => contents.extents(window)),
    read: (window, into) => request((contents) => contents.read(window, into)),
    close: async () => {
      closed = true;
      await (await current?.catch(() => null))?.close();
    },
  };
}
