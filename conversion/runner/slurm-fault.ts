import { badInput, cancelled, failed, type Failure } from "../failure.ts";
import type { SlurmRunner } from "./slurm-settings.ts";
import { remoteStatus } from "./ssh-command.ts";
import { NODE_NEEDED } from "./ssh-fault.ts";

/** How an srun ended. */
export interface SlurmEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  /** Lines of srun and slurmstepd, and what was said before the program's hello. */
  readonly said: readonly string[];
  /** Number of its job; null where there was none. */
  readonly job: string | null;
  readonly node: string | null;
  /** The program has said hello. */
  readonly heard: boolean;
  /** It was ended here because nothing was heard for this long; null otherwise. */
  readonly silentSeconds: number | null;
}

/** What to do when an srun has ended. */
export type SlurmVerdict =
  /** The program has ended by itself: its status and its reply count. */
  | { readonly kind: "ended" }
  /** Its node is lost: again on another one. */
  | { readonly kind: "again"; readonly fault: Failure }
  | { readonly kind: "fault"; readonly fault: Failure };

/**
 * Tells the program's own end from everything else. srun's exit status proves nothing: it is 0 when the node has failed. A
 * program that has ended well has replied; one that has failed has a status that srun names as the task's.
 */
export function judgeSlurmEnd(runner: SlurmRunner, end: SlurmEnd): SlurmVerdict {
  const { code, said, heard, silentSeconds } = end;
  const text = said.join("\n");
  const fault = (failure: Failure): SlurmVerdict => ({ kind: "fault", fault: failure });
  const again = (why: string): SlurmVerdict => ({ kind: "again", fault: lost(end, why) });
  if (heard && code === 0 && hasReply(end.stdout)) return { kind: "ended" };
  if (code === null && heard && silentSeconds === null)
    return fault(
      failed(
        `the line to ${jobOf(end)} is cut: srun was killed here (${end.signal ?? "unknown"}). Its program was ended. Run again: it ` +
          "goes on where it stopped.",
      ),
    );
  if (silentSeconds !== null) return again(`nothing was heard of it for ${silentSeconds} s`);
  if (/Node failure|NODE FAIL/i.test(text)) return again("Slurm has marked its node as down");
  if (/CANCELLED AT \S+ DUE TO TIME LIMIT/.test(text))
    return fault(
      failed(
        `${jobOf(end)} ran into its time limit and was ended. Raise \`time\` of the runner in runners.yaml, or the limit of the ` +
          "partition (MaxTime, DefaultTime), then run again: it goes on where it stopped.",
      ),
    );
  if (/CANCELLED AT \S+ DUE TO PREEMPTION/.test(text)) return again("another job has taken its place (preemption)");
  if (/CANCELLED AT|Job has been cancelled|has been revoked|Force Terminated JobId/.test(text))
    return fault(
      cancelled(`${jobOf(end)} was cancelled (scancel, or an administrator). Run again: it goes on where it stopped.`),
    );
  if (/oom-kill|Out Of Memory/i.test(text))
    return fault(
      failed(
        `the program of ${jobOf(end)} used more than the ${runner.memoryMiB} MiB that it was given, and was killed. Raise \`memoryMiB\` of ` +
          "the runner in runners.yaml, then run again: it goes on where it stopped.",
      ),
    );
  if (heard) {
    if (code !== null && code !== 0 && code < 128 && /Exited with exit code/.test(text)) return { kind: "ended" };
    if (code === 130 && /Exited with exit code 130/.test(text)) return { kind: "ended" };
    if (/task \d+: (Killed|Terminated|Aborted|Segmentation)/.test(text))
      return fault(
        failed(`the program of ${jobOf(end)} was killed: ${saidIn(end)}. Run again: it goes on where it stopped.`),
      );
    return again(saidIn(end));
  }
  return end.node === null ? fault(notStarted(runner, end, text)) : notReady(runner, end, text);
}

/** The program writes its reply last, as one line of JSON. */
const hasReply = (stdout: string): boolean => stdout.trimEnd().split("\n").at(-1)?.startsWith("{") === true;

const lost = (end: SlurmEnd, why: string): Failure =>
  failed(
    `${jobOf(end)} is lost: ${why}. What it has not reported does not count. A program without its line ends itself, and the next run ` +
      "fences it before it writes. See `sinfo -R` and the node, then run again: it goes on where it stopped.",
  );

/** The job was started, the program was not. */
function notReady(runner: SlurmRunner, end: SlurmEnd, text: string): SlurmVerdict {
  const fault = (failure: Failure): SlurmVerdict => ({ kind: "fault", fault: failure });
  switch (end.code) {
    case remoteStatus.folder:
      return fault(
        badInput(
          `the folder ${runner.folder} on the node ${end.node ?? ""} cannot be written: ${saidIn(end)}. Make it writable for the user of ` +
            "the job (is the disk full? is there that home?), or name another one as `folder` of the runner in runners.yaml.",
        ),
      );
    case remoteStatus.damaged:
      return fault(
        failed(
          `the conversion program did not arrive whole on the node ${end.node ?? ""}: is its disk full? Run again.`,
        ),
      );
    case 126:
    case 127:
    case remoteStatus.node:
      return fault(
        badInput(
          `node does not run on the node ${end.node ?? ""} as "${runner.node}": ${saidIn(end)}. Install node ${NODE_NEEDED} or later on all nodes ` +
            "of the partition, or give its path as `node` of the runner in runners.yaml.",
        ),
      );
    default:
      return /Exited with exit code/.test(text)
        ? fault(
            failed(
              `the conversion program did not start on the node ${end.node ?? ""} (status ${end.code ?? "unknown"}): ${saidIn(end)}. It needs ` +
                `node ${NODE_NEEDED} or later; see \`wavelift doctor\`.`,
            ),
          )
        : { kind: "again", fault: lost(end, saidIn(end)) };
  }
}

/** Slurm took no job, or started none. */
function notStarted(runner: SlurmRunner, end: SlurmEnd, text: string): Failure {
  if (end.code === null)
    return failed(`srun did not run: ${saidIn(end)}. Are slurm-client and util-linux installed here?`);
  const about = `Slurm did not start the job: ${saidIn(end)}.`;
  if (/invalid license/i.test(text))
    return badInput(`${about} See \`licenses\` of the runner in runners.yaml and \`scontrol show licenses\`.`);
  if (/account|qos|association/i.test(text))
    return badInput(`${about} See \`account\` and \`qos\` of the runner in runners.yaml and \`sacctmgr show assoc\`.`);
  if (/partition/i.test(text) && /invalid/i.test(text))
    return badInput(`${about} See \`partition\` and \`shortPartition\` of the runner in runners.yaml and \`sinfo\`.`);
  if (/memory|processors|CPU|node configuration|Requested nodes are busy|node count/i.test(text))
    return badInput(
      `${about} No node has what a copy is given (\`cpus\` ${runner.cpus}, \`memoryMiB\` ${runner.memoryMiB} of the runner in runners.yaml), ` +
        "or those that have it have failed this run or are down. See `sinfo -N -l` and `sinfo -R`.",
    );
  if (/time limit/i.test(text))
    return badInput(`${about} See \`time\` of the runner in runners.yaml and the partition's MaxTime.`);
  if (/contact|connect|resolve|timed out|munge|configuration|conf/i.test(text))
    return failed(
      `${about} Does slurmctld run, do this machine's slurm.conf and munge key belong to it (\`scontrol ping\`)? Run again when it answers.`,
    );
  return failed(`${about} See \`scontrol ping\`, \`sinfo\` and \`wavelift doctor\`, then run again.`);
}

const jobOf = ({ job, node }: SlurmEnd): string =>
  `the Slurm job ${job ?? "(without a number)"}${node === null ? "" : ` on ${node}`}`;

/** Last words, in one line. */
function saidIn({ said, code, signal }: SlurmEnd): string {
  const text = said
    .filter((line) => !/^(job \d+ |Job step aborted)/.test(line))
    .slice(-3)
    .join("; ")
    .slice(0, 500)
    .replace(/\.$/, "");
  return text === "" ? `srun ended with ${signal ?? `status ${code ?? "unknown"}`}` : text;
}
