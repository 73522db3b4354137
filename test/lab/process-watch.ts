import { readdirSync, readFileSync } from "node:fs";
import { searchBytes, type Finding, type Secret } from "./secret-search.ts";

/** What was seen of the processes of this machine. */
export interface ProcessFindings {
  /** Secrets in arguments, each place once. */
  readonly inArguments: readonly Finding[];
  /** Secrets in environments; `place` is the command, with the verb for node. */
  readonly inEnvironments: readonly Finding[];
  /** Commands whose environment was read. */
  readonly commands: ReadonlySet<string>;
}

const EVERY_MS = 100;

export interface Process {
  readonly pid: number;
  readonly args: readonly string[];
}

/** All processes that a process has started, and theirs, from below: read in one pass, while others start and end. */
export function processesBelow(ancestor: number): Process[] {
  const children = new Map<number, number[]>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const stat = read(pid, "stat").toString("latin1");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(pid)]);
  }
  const below = (pid: number): number[] => (children.get(pid) ?? []).flatMap((child) => [...below(child), child]);
  return below(ancestor).map((pid) => ({
    pid,
    args: read(String(pid), "cmdline").toString().split("\0").slice(0, -1),
  }));
}

/** Looks at the arguments and environments of all processes, again and again, until it is stopped. */
export function watchProcesses(secrets: readonly Secret[]): { stop(): ProcessFindings } {
  const inArguments = new Map<string, Finding>();
  const inEnvironments = new Map<string, Finding>();
  const commands = new Set<string>();
  const known = new Set<string>();
  const look = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const args = read(pid, "cmdline");
      // A process is looked at again when it has become another program.
      const key = `${pid} ${args.toString("latin1")}`;
      if (args.length === 0 || known.has(key)) continue;
      known.add(key);
      const command = commandOf(args.toString().split("\0"));
      commands.add(command);
      for (const finding of searchBytes(args, `arguments of ${command}`, secrets))
        inArguments.set(JSON.stringify(finding), finding);
      for (const finding of searchBytes(read(pid, "environ"), command, secrets))
        inEnvironments.set(JSON.stringify(finding), finding);
    }
  };
  look();
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      look();
      return { inArguments: [...inArguments.values()], inEnvironments: [...inEnvironments.values()], commands };
    },
  };
}

/** The command without its folder; what runs under node is named by its file, the conversion program by its part. */
function commandOf([first = "", ...rest]: readonly string[]): string {
  const base = (file: string): string => file.split("/").at(-1) ?? file;
  if (base(first) !== "node") return base(first);
  if (rest.some((argument) => /conversion-[0-9a-f]+\.mjs$/.test(argument)) && rest.includes("program"))
    return "node (conversion program)";
  const file = rest.find((argument) => /\.(c|m)?js$/.test(argument)) ?? "";
  return `node ${base(file)}`;
}

function read(pid: string, file: string): Buffer {
  try {
    return readFileSync(`/proc/${pid}/${file}`);
  } catch {
    return Buffer.alloc(0);
  }
}
