import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheRoot, partFolder, readCached } from "./cache.ts";
import { decide } from "./decide.ts";
import { digestSources } from "./digest.ts";
import { childEnvironment } from "./environment.ts";
import { pulumiHome } from "./home.ts";
import type { Job } from "./job.ts";
import { withLock } from "./lock.ts";
import { type Mirror, officialMirrors } from "./mirrors.ts";
import { checkNode } from "./node-version.ts";
import { obtain } from "./obtain.ts";
import { type Part, partNames, parts } from "./parts.ts";
import { type Env, probeCli, probePlugin, userPulumiHome } from "./probe.ts";
import { type Progress, streamProgress } from "./progress.ts";
import type { PartReport, ToolchainReport } from "./report.ts";
import { run as realRun, type Run } from "./run.ts";
import { ToolchainError } from "./tool-error.ts";

/** A Pulumi that works for this project. */
export interface Toolchain {
  readonly pulumiPath: string;
  readonly pulumiHome: string;
  /** To be merged over a child's environment: PATH with the CLI's folder first, PULUMI_HOME where it is ours, ... */
  readonly env: Readonly<Record<string, string>>;
  readonly report: ToolchainReport;
}

/** What may be set from outside; every default is the real thing. Tests set what reaches the network or Go. */
export interface EnsureOptions {
  readonly env?: Env;
  readonly progress?: Progress;
  readonly run?: Run;
  readonly nodeVersion?: string;
  /** Milliseconds for a connection to a place that has the official releases. */
  readonly connectTimeoutMs?: number;
  readonly mirrors?: (part: Part) => readonly Mirror[];
}

/** Folder with the Go sources. */
const sources = fileURLToPath(new URL("go/", import.meta.url));

/**
 * Gives a working Pulumi CLI, language host and plugins: installed ones where they fit, else those of an earlier run,
 * else the official releases, else built from Go modules. Takes minutes the first time on a closed network, and well
 * under a second afterwards. Two runs at a time do the work once.
 * @throws ToolchainError with what to install, when no way is open.
 */
export async function ensureToolchain(options: EnsureOptions = {}): Promise<Toolchain> {
  const started = Date.now();
  const env = options.env ?? process.env;
  const run = options.run ?? realRun;
  const progress = options.progress ?? streamProgress(process.stderr);
  const nodeVersion = options.nodeVersion ?? process.versions.node;
  checkNode(nodeVersion);

  const root = cacheRoot(env);
  const userHome = userPulumiHome(env, root);
  const jobs = await Promise.all(partNames.map((name) => look(parts[name], env, root, userHome, run)));
  const open = jobs.filter((job) => decide(job).use === "download");
  if (open.length > 0) {
    const mirrors = options.mirrors ?? ((part: Part) => officialMirrors(part, process));
    const tools = { run, progress, root, sources, mirrors, connectTimeoutMs: options.connectTimeoutMs ?? 3000 };
    const onWait = ({ pid, host }: { pid: number; host: string }): void => {
      progress.line(`Another run (process ${pid} on ${host}) prepares the toolchain: waiting for it ...`);
    };
    const closed = await withLock(join(root, "lock"), onWait, () => obtain(open, tools));
    for (const [index, job] of jobs.entries()) jobs[index] = closed.find(({ part }) => part === job.part) ?? job;
  }

  const reports = jobs.map(reportOf);
  const pathOf = (part: Part): string => reports.find((one) => one.part === part.name)?.path ?? "";
  const plugins = [parts.openstack, parts.command].map((part) => ({ part, file: pathOf(part) }));
  const ownsHome = reports.some(({ use }) => use !== "installed");
  const home = ownsHome ? await pulumiHome(root, plugins) : userHome;
  const place = { pulumiPath: pathOf(parts.cli), pulumiHome: home, ownsHome, userHome };
  const elapsedMs = Date.now() - started;
  return {
    pulumiPath: place.pulumiPath,
    pulumiHome: home,
    env: childEnvironment(env, place),
    report: { nodeVersion, parts: reports, pulumiHome: home, ownsHome, elapsedMs },
  };
}

async function look(part: Part, env: Env, root: string, userHome: string, run: Run): Promise<Job> {
  const target = {
    platform: process.platform,
    arch: process.arch,
    sources: await digestSources(sources, part.sources),
  };
  const folder = partFolder(root, part, target);
  const installed = part.name === "cli" ? await probeCli(part, env, root, run) : await probePlugin(part, userHome);
  const cached = await readCached(folder, part);
  return { part, folder, installed, cached, download: { state: "untried" }, go: { state: "unasked" }, made: null };
}

function reportOf(job: Job): PartReport {
  const { part, installed, folder } = job;
  const { use, why } = job.made ?? decide(job);
  if (use === "ask-go" || use === "none") throw new ToolchainError(`${part.title}: ${why}`);
  const { version, path } =
    installed.state === "fits" ? installed : { version: part.version, path: join(folder, part.executables[0] ?? "") };
  return { part: part.name, title: part.title, version, use, path, why };
}
