import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** What a command cost, its children included. */
export interface Cost {
  readonly cpuSeconds: number;
  readonly wallSeconds: number;
  /** Most memory that its processes had at one moment, in MiB (resident, shared pages counted once a process). */
  readonly peakMiB: number;
}

export interface Measured extends Cost {
  readonly exitCode: number;
  readonly stdout: string;
}

/** How often memory is looked at, in milliseconds: peaks of a second are seen. */
const LOOK_MS = 50;
/** Clock ticks a second in /proc (sysconf(_SC_CLK_TCK)), the same on every Linux that node runs on. */
const TICKS = 100;

/** Runs a command to its end. CPU time is that of all its processes that were waited for, as the kernel adds it up. */
export async function measure(
  program: string,
  args: readonly string[],
  { input, ...options }: { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly input?: string },
): Promise<Measured> {
  const [before, start] = [childrenTicks(), performance.now()];
  let peakKiB = 0;
  const result = await new Promise<{ exitCode: number; stdout: string }>((resolve, reject) => {
    const child = spawn(program, args, { ...options, stdio: ["pipe", "pipe", "inherit"] });
    child.stdin.end(input ?? "");
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    const look = setInterval(() => {
      if (child.pid !== undefined) peakKiB = Math.max(peakKiB, treeKiB(child.pid));
    }, LOOK_MS);
    child.once("error", reject);
    child.once("close", (code) => {
      clearInterval(look);
      resolve({ exitCode: code ?? 1, stdout: Buffer.concat(chunks).toString("utf8") });
    });
  });
  return {
    ...result,
    cpuSeconds: rounded((childrenTicks() - before) / TICKS),
    wallSeconds: rounded((performance.now() - start) / 1000),
    peakMiB: Math.round(peakKiB / 1024),
  };
}

/** Several costs as one: the median of each figure. */
export function median(costs: readonly Cost[]): Cost {
  const middle = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  return {
    cpuSeconds: middle(costs.map(({ cpuSeconds }) => cpuSeconds)),
    wallSeconds: middle(costs.map(({ wallSeconds }) => wallSeconds)),
    peakMiB: middle(costs.map(({ peakMiB }) => peakMiB)),
  };
}

const rounded = (seconds: number): number => Math.round(seconds * 100) / 100;

/** cutime and cstime (fields 16 and 17 of proc(5)'s stat): ticks of all our children that were waited for. */
function childrenTicks(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(fields[13]) + Number(fields[14]);
}

/** Resident memory of a process and its descendants; those that end meanwhile count as nothing. */
function treeKiB(pid: number): number {
  try {
    const [, kib = "0"] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
    return children.reduce((sum, child) => sum + treeKiB(child), Number(kib));
  } catch {
    return 0;
  }
}
