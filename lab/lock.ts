import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Runs `work` while no other process holds the lock on `file`; waits for it, and says so.
 * The lock belongs to a child that lives as long as our end of its stdin: it is freed however this process ends.
 */
export const withLock = async <T>(file: string, say: (line: string) => void, work: () => Promise<T>): Promise<T> => {
  await mkdir(dirname(file), { recursive: true });
  const holder = spawn("flock", ["--no-fork", file, "sh", "-c", "echo locked; exec cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const failed = once(holder, "close").then(() => {
    throw new Error(`could not lock ${file}: is util-linux installed?`);
  });
  const note = setTimeout(() => {
    say(`waiting for another run that holds ${file}`);
  }, 1000);
  try {
    await Promise.race([once(holder.stdout, "data"), failed]);
  } finally {
    clearTimeout(note);
  }
  failed.catch(() => undefined);
  try {
    return await work();
  } finally {
    holder.stdin.end();
  }
};
