import { readdirSync, readFileSync } from "node:fs";

/** Children of a process and theirs, nearest first. */
export function descendantsOf(pid: number): number[] {
  const parents = new Map<number, number[]>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const parent = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${name}/status`, "utf8"))?.[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (one: number): number[] => (parents.get(one) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

const nameOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
  } catch {
    return "";
  }
};

const kill = (pid: number): void => {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
};

/**
 * Kills a running `wavelift`: the engine alone (its plugins live on), the engine with all that it started, or everything
 * from the command line down. @returns whether there was an engine
 */
export function killRun(wavelift: number, what: "engine" | "engine and plugins" | "everything"): boolean {
  const below = descendantsOf(wavelift);
  const engine = below.find((pid) => nameOf(pid) === "pulumi");
  if (engine === undefined) return false;
  const plugins = descendantsOf(engine);
  if (what === "everything") for (const pid of [wavelift, ...below]) kill(pid);
  else for (const pid of [engine, ...(what === "engine" ? [] : plugins)]) kill(pid);
  return true;
}
