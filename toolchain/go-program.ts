import { cp, mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { cacheRoot, stagingFolder } from "./cache.ts";
import { digestSources } from "./digest.ts";
import { probeGo } from "./go.ts";
import { withLock } from "./lock.ts";
import { type Progress, streamProgress } from "./progress.ts";
import { run } from "./run.ts";
import { ToolchainError } from "./tool-error.ts";
import { goCommand } from "./trim.ts";

/** A program of ours that is a Go module of its own, and is not part of what every run needs. */
export interface GoProgram {
  /** Short, for the cache; also the name of the executable. */
  readonly name: string;
  /** For people: "the vCenter simulator". */
  readonly title: string;
  /** Folder of the module. */
  readonly sources: string;
}

/** Where its executable is in the cache, or would be: the name holds all that decides about its contents. */
export async function goProgramFile({ name, sources }: GoProgram, env: NodeJS.ProcessEnv): Promise<string> {
  const digest = await digestSources(sources, ["."]);
  return join(cacheRoot(env), `${name}-${process.platform}-${process.arch}-${digest.slice(0, 16)}`, name);
}

/** The executable of an earlier run, null where there is none. */
export async function findGoProgram(program: GoProgram, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const file = await goProgramFile(program, env);
  return (await isThere(file)) ? file : null;
}

/**
 * The executable of an earlier run where its sources are the same, else built from Go modules, verified against go.sum.
 * Two runs at a time build it once.
 * @throws ToolchainError where there is no fitting Go, or with what go said.
 */
export async function ensureGoProgram(
  program: GoProgram,
  env: NodeJS.ProcessEnv = process.env,
  progress: Progress = streamProgress(process.stderr),
): Promise<string> {
  const file = await goProgramFile(program, env);
  if (await isThere(file)) return file;
  const root = cacheRoot(env);
  const onWait = ({ pid }: { pid: number }): void => {
    progress.line(`Another run (process ${pid}) builds ${program.title}: waiting for it ...`);
  };
  await withLock(join(root, `${program.name}.lock`), onWait, async () => {
    if (await isThere(file)) return;
    const go = await probeGo(run);
    if (go.state !== "fits")
      throw new ToolchainError(`${program.title}: ${go.state === "unfit" ? go.reason : "no Go"}`);
    progress.line(`Building ${program.title} from Go modules ...`);
    const staging = await stagingFolder(root);
    try {
      const [source, made] = [join(staging, "source"), join(staging, "made")];
      await cp(program.sources, source, { recursive: true });
      await mkdir(made);
      await goCommand(run, source, ["build", "-ldflags", "-s -w", "-o", join(made, program.name), "."]);
      await rm(dirname(file), { recursive: true, force: true });
      await rename(made, dirname(file));
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  });
  return file;
}

function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    (found) => found.isFile(),
    () => false,
  );
}
