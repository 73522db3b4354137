import type { Demand } from "../limits/demand.ts";
import { licensesOf } from "./slurm-licenses.ts";
import type { SlurmRunner } from "./slurm-settings.ts";
import { remoteStatus } from "./ssh-command.ts";

/** The conversion program as it is sent. */
export interface Bundle {
  readonly sha256: string;
  readonly bytes: number;
}

/** Lines of the script below on standard output. */
export const greeting = {
  /** Followed by the job's number and the node's name. */
  started: "wavelift job",
  /** The program is not there, or not whole: it is awaited on standard input. Followed by node's version. */
  missing: "wavelift program missing, node",
  /** The program starts. */
  ready: "wavelift program ready",
} as const;

/**
 * What a node runs. It says where it is, takes the program from standard input where the node does not have it whole (to a
 * name of its own first, so that two at once do not meet), and becomes the program. `head` reads not a byte beyond the
 * program: the order follows it.
 */
const BOOTSTRAP = `umask 077
echo "${greeting.started} $SLURM_JOB_ID $SLURMD_NODENAME"
cd && mkdir -p "$1" && cd "$1" || exit ${remoteStatus.folder}
f=conversion-$2.mjs
if [ "$(sha256sum 2>/dev/null < "$f")" != "$2  -" ]; then
  v=$("$0" -p process.versions.node) || exit ${remoteStatus.node}
  t=$(mktemp .incoming-XXXXXXXX) || exit ${remoteStatus.folder}
  trap 'rm -f "$t"' EXIT
  echo "${greeting.missing} $v"
  head -c "$3" > "$t" || exit ${remoteStatus.folder}
  [ "$(sha256sum < "$t")" = "$2  -" ] || exit ${remoteStatus.damaged}
  mv -f "$t" "$f" || exit ${remoteStatus.folder}
  trap - EXIT
  find . -maxdepth 1 -name "conversion-*.mjs" -mtime +30 -exec rm -f {} +
  find . -maxdepth 1 -name ".incoming-*" -mtime +0 -exec rm -f {} +
fi
echo "${greeting.ready}"
exec "$0" "$f" program`;

/** Memory of a program that copies nothing, in MiB. */
const SHORT_MIB = 512;

/**
 * Arguments of srun for one run of the program: one task on one node.
 * @param demand what a copy takes; null for what takes seconds
 * @param excluded nodes that have failed this run
 */
export function srunArguments(
  runner: SlurmRunner,
  bundle: Bundle,
  demand: Demand | null,
  excluded: readonly string[],
): string[] {
  const { partition, shortPartition = partition, account, qos, time, only } = runner;
  const option = (name: string, value: string | undefined): string[] =>
    value === undefined ? [] : [`--${name}=${value}`];
  const licenses = demand === null ? [] : licensesOf(runner, demand);
  const nice = demand === null ? 0 : niceOf(demand.bytes, runner.niceRange);
  return [
    ...["--nodes=1", "--ntasks=1", "--mpi=none", "--chdir=/", "--input=all"],
    ...option("job-name", jobName(demand)),
    ...option("partition", demand === null ? shortPartition : partition),
    ...option("account", account),
    ...option("qos", qos),
    ...(demand === null ? [] : option("time", time)),
    ...option("cpus-per-task", String(demand === null ? 1 : runner.cpus)),
    ...option("mem", `${demand === null ? SHORT_MIB : runner.memoryMiB}M`),
    ...(licenses.length === 0 ? [] : option("licenses", licenses.map(({ name }) => `${name}:1`).join(","))),
    ...(nice === 0 ? [] : option("nice", String(nice))),
    ...(excluded.length === 0 ? [] : option("exclude", excluded.join(","))),
    // A look at one node does not wait for it for long.
    ...(only === undefined ? [] : [...option("nodelist", only), "--immediate=60"]),
    "--",
    ...["sh", "-c", BOOTSTRAP, runner.node, runner.folder, bundle.sha256, String(bundle.bytes)],
  ];
}

/** What srun, squeue, sinfo and accounting show: the disk's resource name, which Wavelift has made of a few characters. */
export const jobName = (demand: Demand | null): string =>
  demand === null
    ? "wavelift"
    : demand.what
        .replace(/[^A-Za-z0-9_.-]/g, "_")
        .replace(/^[-.]/, "_")
        .slice(0, 200);

const GIB = 1024 ** 3;
/** The largest disk of vSphere, 62 TiB, and a little more. */
const LARGEST_GIB = 65_536;

/**
 * By how much a disk gives way: an ordinary user may only lower a job's priority (`--nice`), not raise it. By the logarithm of
 * its size, so that the same ratio of sizes makes the same difference everywhere.
 */
export function niceOf(bytes: number, range: number): number {
  const size = Math.min(1, Math.log2(1 + bytes / GIB) / Math.log2(1 + LARGEST_GIB));
  return Math.round(range * (1 - size));
}

/**
 * What Slurm's programs see of the environment, and with them, as srun passes its own on, the program: nothing of
 * OpenStack's variables.
 */
export function slurmEnvironment(runner: SlurmRunner, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME", "SLURM_CONF"].flatMap((name) =>
    env[name] === undefined ? [] : [[name, env[name]] as const],
  );
  const conf = runner.conf === undefined ? {} : { SLURM_CONF: runner.conf };
  return { ...Object.fromEntries(kept), ...conf, LC_ALL: "C.UTF-8" };
}
