import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { failed, type Failure } from "../failure.ts";
import { nodeTooOld } from "./node-version.ts";
import type { ProgramEnd, Runner, RunningProgram } from "./runner.ts";
import { hostLabel, type SshRunner } from "./runner-settings.ts";
import { receiveCommand, startCommand } from "./ssh-command.ts";
import { judgeEnd, type Verdict } from "./ssh-fault.ts";
import { openLine, type SshLine } from "./ssh-line.ts";

/** How often a connection is tried that sshd dropped because too many came at once; about a minute altogether. */
const ATTEMPTS = 12;

/**
 * Another host, by the system's ssh. The program is shipped there when it is missing; its order and its heartbeats go
 * over standard input, and when that closes or falls silent it ends itself and everything it has started.
 * @param bundle path of the program here
 */
export function sshRunner(settings: SshRunner, bundle: string, env: NodeJS.ProcessEnv): Runner {
  return { start: (onStderr) => startOver(settings, readFileSync(bundle), env, onStderr) };
}

function startOver(
  settings: SshRunner,
  bundle: Buffer,
  env: NodeJS.ProcessEnv,
  onStderr: (text: string) => void,
): RunningProgram {
  const sha256 = createHash("sha256").update(bundle).digest("hex");
  const label = hostLabel(settings);
  let current: SshLine | undefined;
  let program: SshLine | undefined;
  let order: string | undefined;
  let over = false;
  const isOver = (): boolean => over;
  const open = (command: string): SshLine => (current = openLine(settings, command, env, onStderr));

  /** The whole way to the program's end; a fault on it is told by whoever waits. */
  const run = async (): Promise<ProgramEnd> => {
    let isShipped = false;
    for (let attempt = 1; ; attempt++) {
      program = open(startCommand(settings, sha256));
      if (order !== undefined) program.write(order);
      const end = await program.ended;
      program = undefined;
      const { code, signal, stdout } = end;
      let verdict = judgeEnd(settings, end);
      if (isOver() || verdict.kind === "ended") return { code, signal, stdout };
      if (verdict.kind === "ship" && !isShipped) {
        // Pulumi keeps these lines in the state, which names no host.
        onStderr("sending the conversion program to the conversion host\n");
        verdict = await ship(settings, open(receiveCommand(settings, sha256)), bundle);
        isShipped = verdict.kind === "ended";
      }
      if (isOver()) return { code, signal, stdout };
      if (verdict.kind === "ended") continue;
      const fault = "fault" in verdict ? verdict.fault : notThere(label);
      if (verdict.kind !== "again" || attempt >= ATTEMPTS) return { code, signal, stdout, fault };
      if (attempt === 1) onStderr("the conversion host takes no more connections at this moment: trying again\n");
      // Apart from each other, or all come back at once.
      await sleep(500 + Math.random() * 1000 * Math.min(attempt * 2, 8));
      if (isOver()) return { code, signal, stdout };
    }
  };
  return {
    ended: run(),
    send: (text) => {
      // A line that is opened again gets the order again; heartbeats matter to the one that stands.
      order ??= `${text}\n`;
      program?.write(`${text}\n`);
    },
    hangUp: () => {
      over = true;
      current?.hangUp();
    },
    kill: () => {
      over = true;
      current?.kill();
    },
  };
}

/** Sends the program: "ended" when it is there and node is one that runs it. */
async function ship(settings: SshRunner, line: SshLine, bundle: Buffer): Promise<Verdict> {
  line.write(bundle);
  line.hangUp();
  const end = await line.ended;
  if (end.code !== 0) return judgeEnd(settings, end);
  const fault = nodeTooOld(end.stdout, hostLabel(settings));
  return fault === null ? { kind: "ended" } : { kind: "fault", fault };
}

const notThere = (label: string): Failure =>
  failed(`the conversion program was sent to ${label} and is not there: is its disk full? Run again.`);
