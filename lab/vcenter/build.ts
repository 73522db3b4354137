import { mkdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheRoot, stagingFolder } from "../../toolchain/cache.ts";
import { digestSources } from "../../toolchain/digest.ts";
import { probeGo } from "../../toolchain/go.ts";
import { withLock } from "../../toolchain/lock.ts";
import { streamProgress } from "../../toolchain/progress.ts";
import { run } from "../../toolchain/run.ts";
import { ToolchainError } from "../../toolchain/tool-error.ts";
import { goCommand } from "../../toolchain/trim.ts";

const sources = fileURLToPath(new URL("go/", import.meta.url));

/**
 * The simulator's program: that of an earlier run where its sources are the same, else built from Go modules, verified
 * against go.sum. Two runs at a time build it once. About a minute from an empty cache.
 * @throws ToolchainError where there is no fitting Go, or with what go said.
 */
export async function ensureSimulator(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const root = cacheRoot(env);
  const digest = await digestSources(sources, ["."]);
  const file = join(root, `vcenter-simulator-${process.platform}-${process.arch}-${digest.slice(0, 16)}`, "vcenter");
  if (await isThere(file)) return file;
  const progress = streamProgress(process.stderr);
  const onWait = ({ pid }: { pid: number }): void => {
    progress.line(`Another run (process ${pid}) builds the vCenter simulator: waiting for it ...`);
  };
  await withLock(join(root, "vcenter-simulator.lock"), onWait, async () => {
    if (await isThere(file)) return;
    const go = await probeGo(run);
    if (go.state !== "fits")
      throw new ToolchainError(`the vCenter simulator: ${go.state === "unfit" ? go.reason : "no Go"}`);
    progress.line("Building the vCenter simulator from Go modules (about a minute) ...");
    const staging = await stagingFolder(root);
    try {
      await goCommand(run, sources, ["build", "-ldflags", "-s -w", "-o", join(staging, "vcenter"), "."]);
      await rm(dirname(file), { recursive: true, force: true });
      await mkdir(root, { recursive: true });
      await rename(staging, dirname(file));
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
