import { rm } from "node:fs/promises";
import { buildParts } from "./build.ts";
import { publish, readCached, stagingFolder, sweepStaging } from "./cache.ts";
import { decide } from "./decide.ts";
import { downloadPart } from "./download.ts";
import { probeGo } from "./go.ts";
import type { Job } from "./job.ts";
import type { Mirror } from "./mirrors.ts";
import type { Part } from "./parts.ts";
import type { Progress } from "./progress.ts";
import type { Run } from "./run.ts";
import { ToolchainError } from "./tool-error.ts";

/** What parts are obtained with. */
export interface ObtainTools {
  readonly run: Run;
  readonly progress: Progress;
  /** Folder of the cache. */
  readonly root: string;
  /** Folder toolchain/go. */
  readonly sources: string;
  readonly mirrors: (part: Part) => readonly Mirror[];
  readonly connectTimeoutMs: number;
}

/**
 * Downloads what can be downloaded, then builds the rest together; the caller holds the cache's lock.
 * @throws ToolchainError that names, for each part that is not to be had, every way and why it is closed.
 */
export async function obtain(open: readonly Job[], tools: ObtainTools): Promise<Job[]> {
  await sweepStaging(tools.root);
  const tried = await Promise.all(open.map((job) => download(job, tools)));
  const waiting = tried.filter((job) => decide(job).use === "ask-go");
  if (waiting.length === 0) return tried;

  const go = await probeGo(tools.run);
  const asked = waiting.map((job) => ({ ...job, go }));
  const lost = asked.filter((job) => decide(job).use === "none");
  if (lost.length > 0) {
    throw new ToolchainError(lost.map((job) => `No ${job.part.title}: ${decide(job).why}.`).join("\n"));
  }
  const built = await build(asked, tools);
  return tried.map((job) => built.find(({ part }) => part === job.part) ?? job);
}

async function download(job: Job, { root, mirrors, ...tools }: ObtainTools): Promise<Job> {
  // Another run may have made it while this one waited for the lock.
  const cached = await readCached(job.folder, job.part);
  if (cached !== null) return { ...job, cached };
  const staging = await stagingFolder(root);
  try {
    const note = await downloadPart(job.part, mirrors(job.part), staging, tools);
    await publish(staging, job.folder, job.part, "download", note);
    tools.progress.line(`${job.part.title} ${job.part.version}: downloaded and verified`);
    return { ...job, made: { use: "download", why: `the official release: ${note}; ${decide(job).why}` } };
  } catch (error) {
    if (!(error instanceof ToolchainError)) throw error;
    return { ...job, download: { state: "failed", reason: error.message } };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function build(jobs: readonly Job[], { run, progress, root, sources }: ObtainTools): Promise<Job[]> {
  for (const job of jobs) progress.line(`${job.part.title} ${job.part.version}: ${decide(job).why}`);
  progress.line("Building from Go modules: some minutes, once ...");
  const staging = new Map<Part, string>();
  for (const { part } of jobs) staging.set(part, await stagingFolder(root));
  const folderOf = (part: Part): string => staging.get(part) ?? root;
  try {
    await buildParts([...staging.keys()], folderOf, { run, progress, sources, root });
    return await Promise.all(
      jobs.map(async (job): Promise<Job> => {
        const { why } = decide(job);
        await publish(folderOf(job.part), job.folder, job.part, "build", why);
        progress.line(`${job.part.title} ${job.part.version}: built`);
        return { ...job, made: { use: "build", why } };
      }),
    );
  } finally {
    for (const folder of staging.values()) await rm(folder, { recursive: true, force: true });
  }
}
