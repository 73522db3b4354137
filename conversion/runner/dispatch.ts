import { ChildCommands } from "../commands.ts";
import { systemClock, type Log } from "../effects.ts";
import { fileLocks } from "../limits/file-locks.ts";
import { radosOf } from "../limits/limit-settings.ts";
import type { Locks } from "../limits/locks.ts";
import { radosLocks } from "../limits/rados-locks.ts";
import type { Settings } from "../settings.ts";
import { chooseRunner } from "./choose.ts";
import { conversionHosts } from "./hosts.ts";
import { hostsOut } from "./hosts-out.ts";
import { openPool } from "./pool.ts";
import type { Dispatch } from "./run-on-hosts.ts";

export interface Run {
  readonly settings: Settings;
  /** Path of the conversion program here. */
  readonly bundle: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What runs the orders of one run, as runners.yaml says. @param what the disk or VM, for people */
export function openDispatch({ settings, bundle, env, log, signal }: Run, what: string): Dispatch {
  const clock = systemClock;
  const pool = openPool(
    conversionHosts(settings),
    hostsOut(env, () => clock.now()),
    { clock, log },
    what,
  );
  return {
    ...{ pool, env, clock, log, signal, limits: settings.limits },
    runnerOf: (host) => chooseRunner(host.settings.runner, bundle, env),
    locks: locksOf(settings, env, log, signal),
  };
}

function locksOf(settings: Settings, env: NodeJS.ProcessEnv, log: Log, signal: AbortSignal): Locks {
  const access = radosOf(settings.locks);
  if (access === null) return fileLocks(env);
  const goOn = (): void => {
    signal.throwIfAborted();
  };
  return radosLocks(access, { commands: new ChildCommands(), clock: systemClock, log, env, goOn });
}
