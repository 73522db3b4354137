import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { failed } from "../failure.ts";
import { quote, type SourceFile } from "./locate.ts";

/** ESXi renews the lock file of an open file on an NFS datastore every 10 s; one this old was left behind. */
const LOCK_IS_STALE_MS = 60_000;

/**
 * Who may write a disk's files now, one line each: processes of this host that have them open for writing, loop devices,
 * and VMware's locks. Empty when nobody does. Of processes of other users only root sees the files.
 */
async function filesInUse(files: readonly SourceFile[], nowMs: number): Promise<string[]> {
  const found = await Promise.all([writingProcesses(files), loopDevices(files), vmwareLocks(files, nowMs)]);
  return [...new Set(found.flat())];
}

/** @throws when anybody may write the files of a disk now */
export async function expectUnused(disk: string, files: readonly SourceFile[], nowMs: number): Promise<void> {
  const users = await filesInUse(files, nowMs);
  if (users.length > 0)
    throw failed(
      `${disk}: its files are in use: ${users.join("; ")}. Switch the VM off, end what writes them, then run again.`,
    );
}

const O_ACCMODE = 3;

async function writingProcesses(files: readonly SourceFile[]): Promise<string[]> {
  const wanted = new Map(files.map((file) => [`${file.device}:${file.inode}`, file]));
  const found: string[] = [];
  for (const pid of (await list("/proc")).filter((name) => /^\d+$/.test(name))) {
    for (const fd of await list(`/proc/${pid}/fd`)) {
      const target = await stat(`/proc/${pid}/fd/${fd}`, { bigint: true }).catch(() => null);
      const file = target === null ? undefined : wanted.get(`${target.dev}:${target.ino}`);
      if (file === undefined) continue;
      const flags = /^flags:\s*([0-7]+)$/m.exec(await text(`/proc/${pid}/fdinfo/${fd}`))?.[1];
      if (flags !== undefined && (parseInt(flags, 8) & O_ACCMODE) === 0) continue;
      const command = (await text(`/proc/${pid}/comm`)).trim();
      found.push(`process ${pid} (${command}) has ${quote(file.name)} open for writing`);
    }
  }
  return found;
}

async function loopDevices(files: readonly SourceFile[]): Promise<string[]> {
  const found: string[] = [];
  for (const loop of (await list("/sys/block")).filter((name) => name.startsWith("loop"))) {
    const backing = (await text(`/sys/block/${loop}/loop/backing_file`)).replace(/\n$/, "");
    const file = files.find(({ path }) => path === backing);
    if (file !== undefined && (await text(`/sys/block/${loop}/ro`)).trim() !== "1")
      found.push(`the loop device /dev/${loop} can write ${quote(file.name)}`);
  }
  return found;
}

/** Workstation and Fusion keep a folder FILE.lck while a disk is open; ESXi files .lck-* on NFS datastores. */
async function vmwareLocks(files: readonly SourceFile[], nowMs: number): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    if ((await list(`${file.path}.lck`)).length > 0)
      found.push(`${quote(`${file.name}.lck`)} exists: VMware Workstation or Fusion has the disk open`);
  }
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
    for (const name of (await list(folder)).filter((entry) => entry.startsWith(".lck-"))) {
      const lock = await stat(join(folder, name)).catch(() => null);
      if (lock !== null && nowMs - lock.mtimeMs < LOCK_IS_STALE_MS)
        found.push(`${quote(join(basename(folder), name))} is renewed: an ESXi host has files of this folder open`);
    }
  }
  return found;
}

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const text = (path: string): Promise<string> => readFile(path, "utf8").catch(() => "");
