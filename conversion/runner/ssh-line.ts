import { spawn } from "node:child_process";
import { HELLO } from "../order.ts";
import type { SshRunner } from "./runner-settings.ts";
import { sshArguments, sshEnvironment } from "./ssh-command.ts";
import type { LineEnd } from "./ssh-fault.ts";

/** How long nothing may be heard. */
export interface LinePatience {
  readonly silenceSeconds: number;
  /** Until the program says hello: a login on a busy host, with many at the same time. */
  readonly helloSeconds: number;
}

/**
 * After so long without a sign of the program the line is given up here too: more than the 15 s after which the
 * program ends itself and the 4 s that it takes for that. It answers every heartbeat. ssh itself gives up earlier, unless it
 * stands still.
 */
const PATIENCE: LinePatience = { silenceSeconds: 30, helloSeconds: 60 };
const KEPT_CHARACTERS = 1 << 16;

/** One ssh to the conversion host. */
export interface SshLine {
  readonly ended: Promise<LineEnd>;
  write(data: string | Buffer): void;
  /** Closes the other side's standard input. */
  hangUp(): void;
  /** Ends this ssh by force; sshd then closes the other side's pipes. */
  kill(): void;
}

/**
 * Starts an ssh, in a process group of its own, so that a terminal's Ctrl-C does not cut the line before the program
 * was told.
 * @param onStderr gets standard error from the program's hello on: what comes before (banners) is kept for messages only
 */
export function openLine(
  runner: SshRunner,
  command: string,
  env: NodeJS.ProcessEnv,
  onStderr: (text: string) => void,
  patience = PATIENCE,
): SshLine {
  const child = spawn("ssh", sshArguments(runner, command), {
    detached: true,
    env: sshEnvironment(runner, env),
    stdio: ["pipe", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  let heard = false;
  let silentSeconds: number | null = null;
  let lastSign = Date.now();
  const kill = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // Nothing of it is left.
    }
  };
  const watch = setInterval(() => {
    const limit = heard ? patience.silenceSeconds : patience.helloSeconds;
    if (Date.now() - lastSign < limit * 1000) return;
    silentSeconds = limit;
    kill();
  }, 1000);
  // A line that is gone takes nothing more; how it ended is what matters.
  child.stdin.on("error", () => undefined);
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lastSign = Date.now();
    stdout = (stdout + text).slice(-KEPT_CHARACTERS);
    heard ||= stdout.includes(HELLO);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    lastSign = Date.now();
    stderr = (stderr + text).slice(-KEPT_CHARACTERS);
    if (heard) onStderr(text);
  });
  return {
    ended: new Promise((resolve) => {
      const end = (code: number | null, signal: NodeJS.Signals | null): void => {
        clearInterval(watch);
        resolve({ code, signal, stdout, stderr, heard, silentSeconds });
      };
      child.on("error", (error) => {
        stderr += error.message;
        end(null, null);
      });
      child.on("close", end);
    }),
    write: (data) => {
      child.stdin.write(data);
    },
    hangUp: () => {
      child.stdin.end();
    },
    kill,
  };
}
