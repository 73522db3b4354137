import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { startTicks } from "../../conversion/process-identity.ts";
import type { Victim } from "./round-plan.ts";

/** A process of the wave's runs. */
export interface MarkedProcess {
  readonly pid: number;
  readonly args: readonly string[];
  readonly role: Victim | "other";
}

/**
 * Living processes whose environment says that temporary files go to `folder`: the one variable that command, engine,
 * plugins, launcher, program and tools all hand on, so that nothing of a run is missed and nothing else is taken for it.
 */
export function processesOf(folder: string): MarkedProcess[] {
  const mark = `TMPDIR=${folder}`;
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name): MarkedProcess[] => {
      if (!read(name, "environ").includes(mark) || startTicks(Number(name)) === null) return [];
      const args = read(name, "cmdline");
      return [{ pid: Number(name), args, role: roleOf(args) }];
    });
}

function read(pid: string, file: "environ" | "cmdline"): string[] {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0").slice(0, -1);
  } catch {
    return [];
  }
}

/** What a process is in a run. */
export function roleOf([command = "", first = "", second = ""]: readonly string[]): Victim | "other" {
  const name = path.basename(command);
  if (name === "pulumi") return first === "up" || first === "destroy" ? "engine" : "other";
  if (name.startsWith("pulumi-language-")) return "language";
  if (name === "pulumi-resource-openstack") return "openstack";
  if (name === "pulumi-resource-command") return "command";
  if (name === "qemu-nbd" || name === "rbd") return name;
  if (name !== "node") return "other";
  if (first.endsWith("bin/wavelift.mjs")) return second === "up" || second === "destroy" ? "wavelift" : "other";
  if (first.endsWith("bin/convert.mjs")) return "launcher";
  return second === "program" && /conversion-[0-9a-f]{16}\.mjs$/.test(first) ? "program" : "other";
}
