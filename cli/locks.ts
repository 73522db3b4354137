import { UserError } from "./failure.ts";
import { exitCodes } from "./failure.ts";
import { runPulumi } from "./pulumi.ts";
import { backendUrl, lockFolder, lockMessage, ownerOf, readLocks } from "./stale-lock.ts";

/**
 * A killed pulumi leaves its lock behind. Where its process is dead, on this host, the lock is removed and said so. Locks of other backends cannot be read: pulumi itself tells of them.
 *
 * @returns whether there was a dead run
 * @throws {UserError} when somebody else works on the stack: whose lock it is and what to do.
 */
export async function clearDeadLocks(stack: string): Promise<boolean> {
  const folder = lockFolder(backendUrl(process.env), "wavelift", stack);
  if (folder === null) return false;
  const locks = readLocks(folder);
  const foreign = locks.filter((lock) => ownerOf(lock, stack) !== "dead");
  if (foreign.length > 0) throw new UserError(lockMessage(stack, foreign, folder), exitCodes.failed);
  if (locks.length === 0) return false;
  for (const lock of locks)
    tell(
      `Stack ${stack} was locked by pid ${lock.pid} of ${lock.username} since ${lock.timestamp}; that process is dead: the lock is removed.`,
    );
  await runPulumi(["cancel", "--yes", "--stack", stack, "--non-interactive"], {}, "capture");
  return true;
}

const tell = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
