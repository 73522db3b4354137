import { execFile } from "node:child_process";

/** What a program of Slurm printed; null when it could not be asked. */
export type AskSlurm = (program: string, args: readonly string[]) => Promise<string | null>;

const ANSWER_MS = 20_000;

/** Asks Slurm by its own programs. */
export const askSlurm =
  (env: NodeJS.ProcessEnv): AskSlurm =>
  (program, args) =>
    new Promise((resolve) => {
      execFile(program, args, { env, timeout: ANSWER_MS, killSignal: "SIGKILL" }, (error, stdout) => {
        resolve(error === null ? stdout : null);
      });
    });

/** Reasons that a job waits for, as squeue gives them, for people. */
const REASONS: Readonly<Record<string, string>> = {
  Licenses: "as many disks as are allowed are read from its ESXi host or datastore",
  Priority: "others, that are larger or came before it, go first",
  Resources: "all conversion hosts are busy",
  None: "Slurm has not looked at it yet",
  BeginTime: "it is not its time yet",
  Reservation: "the conversion hosts are reserved",
  PartitionDown: "the partition is down",
  PartitionInactive: "the partition is inactive",
  JobHeldUser: "it is held: `scontrol release` lets it go",
  JobHeldAdmin: "an administrator holds it",
};

/** Why a job waits, in a few words. @param squeue what `squeue --format="%T|%r"` printed for it */
export function waitingReason(squeue: string): string | null {
  const [state = "", reason = ""] = squeue.trim().split("|");
  if (state !== "PENDING") return null;
  if (Object.hasOwn(REASONS, reason)) return `${reason}: ${REASONS[reason] ?? ""}`;
  if (reason.startsWith("ReqNodeNotAvail")) return `${reason}: nodes are down, drained or reserved`;
  return `${reason}; \`scontrol show job\` says more, and whether it can ever start`;
}

const FIRST_MS = 2000;
const EVERY_MS = 60_000;

/**
 * Says every minute why a job waits.
 * @returns ends it
 */
export function watchQueue(ask: AskSlurm, job: string, onReason: (reason: string) => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let over = false;
  const look = async (): Promise<void> => {
    const answer = await ask("squeue", ["--noheader", `--jobs=${job}`, "--format=%T|%r"]);
    const reason = answer === null ? "the controller does not say why" : waitingReason(answer);
    if (over) return;
    if (reason !== null) onReason(reason);
    timer = setTimeout(() => void look(), EVERY_MS);
  };
  timer = setTimeout(() => void look(), FIRST_MS);
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
