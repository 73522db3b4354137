import { readFileSync } from "node:fs";

/** A pulumi that runs on this host. */
export interface RunningPulumi {
  /** Milliseconds since 1970; null when it cannot be told. */
  readonly startedAt: number | null;
  /** Stack of its command line; null when it names none. */
  readonly stack: string | null;
}

/** Ticks a second of times in /proc: 100 on every Linux platform that node runs on (USER_HZ). */
const TICKS = 100;

/** The pulumi of this number, null when there is none: the process is gone, or the number is another program's now. */
export function processOf(pid: number): RunningPulumi | null {
  try {
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() !== "pulumi") return null;
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // A zombie has ended; only nobody has asked how.
    if (fieldsOf(stat)[0] === "Z") return null;
    const args = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return { startedAt: startOf(stat), stack: stackOf(args) };
  } catch {
    return null;
  }
}

/** The value of --stack or -s in a command line. */
export function stackOf(args: readonly string[]): string | null {
  for (const [position, arg] of args.entries()) {
    if (arg === "--stack" || arg === "-s") return args[position + 1] ?? null;
    const joined = /^(?:--stack|-s)=(.+)$/.exec(arg)?.[1];
    if (joined !== undefined) return joined;
  }
  return null;
}

/** The fields of /proc/PID/stat behind the name, which may hold blanks: the third on. */
const fieldsOf = (stat: string): string[] => stat.slice(stat.lastIndexOf(")") + 2).split(" ");

/** Start time from /proc/PID/stat: its 22nd field, in ticks after the boot. */
function startOf(stat: string): number | null {
  const booted = Number(/^btime (\d+)$/m.exec(readFileSync("/proc/stat", "utf8"))?.[1]);
  const ticks = Number(fieldsOf(stat)[19]);
  return Number.isFinite(booted) && Number.isFinite(ticks) ? booted * 1000 + (ticks / TICKS) * 1000 : null;
}
