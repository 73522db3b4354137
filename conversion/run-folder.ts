import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { failed } from "./failure.ts";
import { startTicks } from "./process-identity.ts";

/**
 * Folder for locks and sockets of this user on this host, made when missing. The same for every process of the user,
 * whatever its environment says of temporary folders: slots are counted here. WAVELIFT_RUN_DIR moves it.
 */
export function runFolder(env: NodeJS.ProcessEnv = process.env): string {
  const uid = process.getuid?.() ?? 0;
  const folder = env["WAVELIFT_RUN_DIR"] ?? defaultFolder(uid);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const found = lstatSync(folder);
  if (!found.isDirectory() || found.uid !== uid)
    throw failed(
      `the folder ${folder} must be a folder of user ${uid}: it belongs to ${found.uid}. Remove it, or set WAVELIFT_RUN_DIR.`,
    );
  return folder;
}

function defaultFolder(uid: number): string {
  if (uid === 0) return "/run/wavelift";
  return existsSync(`/run/user/${uid}`) ? `/run/user/${uid}/wavelift` : `/tmp/wavelift-${uid}`;
}

/** A private folder of this process inside the run folder; those of processes that were killed are removed on the way. */
export function workFolder(base: string): string {
  for (const name of readdirSync(base)) {
    const [, pid, ticks] = /^work-(\d+)-(\d+)$/.exec(name) ?? [];
    if (pid !== undefined && startTicks(Number(pid)) !== ticks)
      rmSync(join(base, name), { recursive: true, force: true });
  }
  const folder = join(base, `work-${process.pid}-${startTicks(process.pid) ?? "0"}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}
