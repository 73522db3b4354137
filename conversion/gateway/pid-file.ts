import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, liveness, ProcessIdentity } from "../process-identity.ts";
import { runFolder } from "../run-folder.ts";

/** Which process of this host serves a volume's disk. */
const pathOf = (volumeId: string): string => join(runFolder(), `gateway-${volumeId}.json`);

/** Where its log is. */
export const logPath = (volumeId: string): string => join(runFolder(), `gateway-${volumeId}.log`);

/** This process serves it. */
export function writePidFile(volumeId: string): void {
  const path = pathOf(volumeId);
  writeFileSync(`${path}.${process.pid}`, JSON.stringify(identify(process.pid)), { mode: 0o600 });
  renameSync(`${path}.${process.pid}`, path);
}

/** The living process that serves it, null when there is none. */
export function servingProcess(volumeId: string): ProcessIdentity | null {
  try {
    const identity = ProcessIdentity.parse(JSON.parse(readFileSync(pathOf(volumeId), "utf8")));
    return liveness(identity) === "alive" ? identity : null;
  } catch {
    return null;
  }
}

/** Where this process wrote it: one that took its place keeps its own. */
export function removePidFile(volumeId: string): void {
  if (servingProcess(volumeId)?.pid === process.pid) rmSync(pathOf(volumeId), { force: true });
}
