import { identify, liveness, parentOf, type ProcessIdentity } from "./process-identity.ts";

const POLL_MS = 1000;

/** The processes that this one works for: its parent (Pulumi's plugin) and its grandparent (the engine). */
export function ancestors(): ProcessIdentity[] {
  const parent = process.ppid;
  const grandparent = parent > 1 ? parentOf(parent) : null;
  return [parent, grandparent].flatMap((pid) => {
    const identity = pid === null || pid <= 1 ? null : identify(pid);
    return identity === null ? [] : [identity];
  });
}

/**
 * Calls `onDeath` once when one of the processes is gone. Pulumi's plugin kills only its direct child, and a plugin
 * outlives an engine that was killed: only by looking is that known.
 * @returns stops the watch
 */
export function watchAncestors(watched: readonly ProcessIdentity[], onDeath: (pid: number) => void): () => void {
  const timer = setInterval(() => {
    const dead = watched.find((identity) => liveness(identity) === "dead");
    if (dead === undefined) return;
    clearInterval(timer);
    onDeath(dead.pid);
  }, POLL_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
