import assert from "node:assert/strict";
import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startCluster, type Cluster } from "../../../lab/slurm/cluster.ts";
import { until } from "./launch.ts";

/** A Slurm pool of its own for a test: it ends with the test, however that ends. */
export interface SlurmPool extends Cluster {
  readonly folder: string;
  /** `runner` of runners.yaml. */
  readonly runner: Record<string, unknown>;
  /** Runs a program of Slurm against the pool; its failure is the test's. */
  slurm(program: string, ...args: readonly string[]): string;
  /** Starts an srun of one task. */
  start(...args: readonly string[]): ChildProcess;
  /** The node that a process runs on. */
  nodeOf(pid: number): string;
  /** Waits until Slurm has no job any more. */
  isEmpty(): Promise<void>;
}

/** Starts it on addresses that no other test has. Needs root, as the lab does. */
export async function startSlurmPool(licenses: readonly string[]): Promise<SlurmPool> {
  const folder = mkdtempSync(join(tmpdir(), "wavelift-slurm-"));
  const third = 1 + (process.pid % 250);
  const layout = { folder, net: `10.99.${third}`, port: 17_000 + third, nodes: ["conv1", "conv2", "conv3"], licenses };
  const cluster = await startCluster(layout);
  const env = { PATH: process.env["PATH"], SLURM_CONF: cluster.conf };
  const slurm = (program: string, ...args: readonly string[]): string =>
    execFileSync(program, args, {
      encoding: "utf8",
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  return {
    ...cluster,
    ...{ folder, slurm },
    runner: {
      kind: "slurm",
      conf: cluster.conf,
      partition: "copy",
      shortPartition: "short",
      cpus: 1,
      node: process.execPath,
      folder: join(cluster.ownFolder, "bundles"),
    },
    start: (...args) => spawn("srun", ["--ntasks=1", "--chdir=/", ...args], { env, stdio: "ignore" }),
    nodeOf: (pid) => {
      const space = (of: number): string => readlinkSync(`/proc/${of}/ns/net`);
      const node = layout.nodes.find((name) => space(cluster.nodePid(name)) === space(pid));
      return node ?? assert.fail(`the process ${pid} runs on no node`);
    },
    isEmpty: () => until("Slurm has no job", () => slurm("squeue", "--noheader") === "", 40),
    close: async () => {
      await cluster.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
