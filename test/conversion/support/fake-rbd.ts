import type { Finished, Clock } from "../../../conversion/effects.ts";
import type { Commands } from "../../../conversion/effects.ts";
import type { Rbd } from "../../../conversion/rbd/rbd.ts";

/** One image in memory. `watchers` and `ghosts` are asked anew each time; `fenced` gets the addresses that were blocklisted. */
export function fakeRbd(
  watchers: () => string[] = () => [],
  ghosts: () => string[] = () => [],
): Rbd & { meta: Map<string, string>; fenced: string[] } {
  const meta = new Map<string, string>();
  const fenced: string[] = [];
  // As long as a real answer takes at least: another call may come in between.
  const soon = <T>(answer: () => T): Promise<T> =>
    new Promise((resolve) =>
      setImmediate(() => {
        resolve(answer());
      }),
    );
  return {
    access: { pool: "pool", user: "user", conf: "/none" },
    meta,
    fenced,
    info: () => soon(() => ({ sizeBytes: 1, snapshots: 0, migrating: false, parent: null })),
    watchers: () => soon(() => watchers().filter((address) => !fenced.includes(address))),
    ghosts: () => soon(ghosts),
    hasData: () => soon(() => false),
    metadata: () => soon(() => new Map(meta)),
    setMeta: (_image, key, value) => soon(() => void meta.set(key, value)),
    blocklist: (address) => soon(() => void fenced.push(address)),
  };
}

/** Time goes by only while somebody sleeps. */
export function fakeClock(): Clock {
  let now = 0;
  return { now: () => now, sleep: (ms) => Promise.resolve(void (now += ms)) };
}

/** Tools that all end like this. */
export const endingCommands = (finished: Partial<Finished>): Commands => ({
  start: () => ({
    pid: -1,
    ended: Promise.resolve({ code: 0, signal: null, stdout: "", stderr: "", ...finished }),
    kill: () => undefined,
  }),
});
