import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { labSource } from "../paths.ts";
import { CGROUP_CONF, controllerAddress, controllerHosts, nodeAddress, slurmConf, type PoolLayout } from "./config.ts";

/** A Slurm cluster on this machine: a controller, and conversion hosts that are namespaces behind a cable each. */
export interface Cluster {
  /** slurm.conf: Slurm's programs find the cluster by it (SLURM_CONF). */
  readonly conf: string;
  readonly layout: PoolLayout;
  /** Folder that each node has for itself, at the same path. */
  readonly ownFolder: string;
  /** Number of the node's first process, as this machine counts. */
  nodePid(node: string): number;
  /** Pulls the node's cable: packets vanish, no connection is closed. */
  pull(node: string): Promise<void>;
  plug(node: string): Promise<void>;
  /** Ends everything. Of a caller that is killed, the kernel does the same. */
  close(): Promise<void>;
}

const START_SECONDS = 60;

/**
 * Starts a cluster and waits until its nodes are idle. Needs root. Everything is a child of this process and dies with it,
 * however it dies: Slurm's daemons by the signal of their parent's death, what runs on a node with the node's first process,
 * the cables with their namespaces.
 * @throws when a daemon ends, or the nodes do not come up; the message holds the last lines of its log
 */
export async function startCluster(layout: PoolLayout): Promise<Cluster> {
  const { folder, nodes } = layout;
  const conf = join(folder, "slurm.conf");
  const ownFolder = join(folder, "own");
  for (const name of ["munge", "controller", "spool", "own"])
    mkdirSync(join(folder, name), { recursive: true, mode: 0o755 });
  writeFileSync(conf, slurmConf(layout));
  writeFileSync(join(folder, "cgroup.conf"), CGROUP_CONF);
  const hosts = join(folder, "hosts");
  writeFileSync(hosts, controllerHosts(layout));
  const children = new Map<string, ChildProcess>();
  const faults: string[] = [];
  let closing = false;
  const daemon = (name: string, command: readonly string[]): ChildProcess => {
    const log = openSync(join(folder, `${name}.out`), "a");
    const child = spawn("setpriv", ["--pdeathsig", "KILL", "--", ...command], {
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", LC_ALL: "C.UTF-8" },
      cwd: "/",
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    children.set(name, child);
    child.on("exit", (code, signal) => {
      if (!closing)
        faults.push(`${name} ended (${signal ?? `status ${code ?? "unknown"}`}): ${lastWords(folder, name)}`);
    });
    return child;
  };
  const close = async (): Promise<void> => {
    closing = true;
    const living = [...children.values()].filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    );
    const ended = living.map((child) => new Promise((resolve) => child.once("exit", resolve)));
    for (const child of living) child.kill("SIGKILL");
    await Promise.all(ended);
    // A namespace goes a moment after its last process, and its cable with it.
    for (const [index] of nodes.entries()) await execa("ip", ["link", "del", cable(layout, index)], { reject: false });
  };
  const until = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    const end = Date.now() + START_SECONDS * 1000;
    while (!(await holds())) {
      if (faults.length > 0) throw new Error(`the Slurm cluster in ${folder} does not start: ${faults.join("; ")}`);
      if (Date.now() > end)
        throw new Error(`the Slurm cluster in ${folder} does not start: ${what} took over ${START_SECONDS} s`);
      await sleep(100);
    }
  };
  const slurm = (program: string, ...args: string[]) =>
    execa(program, args, { env: { SLURM_CONF: conf }, reject: false });
  try {
    writeFileSync(join(folder, "munge", "key"), randomBytes(128), { mode: 0o600 });
    daemon("munged", ["munged", "--foreground", "--force", ...mungeFiles(join(folder, "munge"))]);
    for (const [index, name] of nodes.entries()) {
      const address = nodeAddress(layout, index);
      const spaces = ["--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
      const script = [labSource("slurm", "node.sh"), name, address, controllerAddress(layout), folder];
      const child = daemon(name, ["unshare", ...spaces, ...script]);
      await until(`the namespaces of ${name}`, () => Promise.resolve(firstProcess(child) !== null));
      await layCable(layout, index, firstProcess(child) ?? -1);
    }
    // Under a name of its own, which it looks up: the machine's is any, and need not be known.
    const named =
      'echo controller > /proc/sys/kernel/hostname; mount --bind "$1" /etc/hosts; exec slurmctld -D -f "$2"';
    daemon("slurmctld", ["unshare", "--uts", "--mount", "sh", "-ec", named, "sh", hosts, conf]);
    await until("idle nodes", async () => {
      const { stdout } = await slurm("sinfo", "--noheader", "--Node", "--format=%N %t");
      return nodes.every((name) => stdout.split("\n").includes(`${name} idle`));
    });
  } catch (error) {
    await close();
    throw error;
  }
  const indexOf = (node: string): number => {
    const index = nodes.indexOf(node);
    if (index < 0) throw new Error(`the cluster has no node ${node}: ${nodes.join(", ")}`);
    return index;
  };
  const setCable = async (node: string, state: string): Promise<void> => {
    await execa("ip", ["link", "set", cable(layout, indexOf(node)), state]);
  };
  return {
    ...{ conf, layout, ownFolder, close },
    nodePid: (node) => {
      const child = children.get(node);
      return (child === undefined ? null : firstProcess(child)) ?? -1;
    },
    pull: (node) => setCable(node, "down"),
    plug: async (node) => {
      await setCable(node, "up");
      // With the link went the route to the node.
      await execa("ip", [
        "route",
        "replace",
        `${nodeAddress(layout, indexOf(node))}/32`,
        "dev",
        cable(layout, indexOf(node)),
      ]);
    },
  };
}

const mungeFiles = (folder: string): string[] => [
  `--key-file=${folder}/key`,
  `--socket=${folder}/socket`,
  `--pid-file=${folder}/pid`,
  `--seed-file=${folder}/seed`,
  `--log-file=${folder}/log`,
];

/** Name of the machine's end of a cable: at most 15 characters. */
const cable = ({ net }: PoolLayout, index: number): string => `wls${net.split(".").slice(1).join("")}n${index + 1}`;

async function layCable(layout: PoolLayout, index: number, pid: number): Promise<void> {
  const name = cable(layout, index);
  await execa("ip", ["link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", String(pid)]);
  const peer = `${nodeAddress(layout, index)}/32`;
  await execa("ip", ["addr", "add", `${controllerAddress(layout)}/32`, "peer", peer, "dev", name]);
  await execa("ip", ["link", "set", name, "up"]);
  // The node reaches what this machine serves on 127.0.0.1: see node.sh.
  await execa("sysctl", ["-qw", `net.ipv4.conf.${name}.route_localnet=1`, `net.ipv4.conf.${name}.rp_filter=0`]);
}

/** The process that unshare has started in its namespaces; null while there is none. */
function firstProcess({ pid }: ChildProcess): number | null {
  try {
    const [child] = readFileSync(`/proc/${pid ?? -1}/task/${pid ?? -1}/children`, "utf8")
      .trim()
      .split(" ");
    return child === undefined || child === "" ? null : Number(child);
  } catch {
    return null;
  }
}

function lastWords(folder: string, name: string): string {
  const logs = [`${name}.out`, `${name}.log`, `slurmd-${name}.log`];
  const texts = logs.flatMap((log) => {
    try {
      return readFileSync(join(folder, log), "utf8").trim().split("\n").slice(-3);
    } catch {
      return [];
    }
  });
  return texts.filter((line) => line !== "").join("; ") || "it said nothing";
}
