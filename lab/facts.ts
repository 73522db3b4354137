import { execa } from "execa";
import { existsSync } from "node:fs";
import { readFile, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname } from "node:path";
import { UserError } from "../cli/failure.ts";
import type { LabPaths } from "./paths.ts";
import { preflight, type MachineFacts } from "./preflight.ts";

/** Values of an os-release file: KEY=value, or KEY="value". */
export const osRelease = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^([A-Z_]+)="?(.*?)"?$/gm)].map(([, key = "", value = ""]) => [key, value]));

const nearestExisting = (path: string): string => (existsSync(path) ? path : nearestExisting(dirname(path)));

/** Reads the facts of this machine; changes nothing. */
export const machineFacts = async (home: string): Promise<MachineFacts> => {
  const release = osRelease(await readFile("/etc/os-release", "utf8").catch(() => ""));
  const disk = await statfs(nearestExisting(home));
  const du = existsSync(home) ? await execa("du", ["-s", "-B1", "--", home], { reject: false }) : null;
  const limit = process.constrainedMemory();
  return {
    osId: release.get("ID") ?? process.platform,
    osVersion: release.get("VERSION_ID") ?? "unknown",
    architecture: process.arch,
    uid: process.getuid?.() ?? -1,
    memoryBytes: limit > 0 ? Math.min(limit, totalmem()) : totalmem(),
    freeDiskBytes: disk.bavail * disk.bsize,
    labDiskBytes: Number.parseInt(du?.stdout ?? "0", 10) || 0,
    home,
  };
};

/** @throws {UserError} with every reason why the lab cannot run on this machine; nothing has been changed then. */
export const demandMachine = async (paths: LabPaths): Promise<void> => {
  const faults = preflight(await machineFacts(paths.home));
  if (faults.length > 0)
    throw new UserError(`the lab cannot run here:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
};
