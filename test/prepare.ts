import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { project } from "../cli/project.ts";
import { labEnvironment, labRunners } from "../lab/demo/environment.ts";
import { demandMachine } from "../lab/facts.ts";
import { labPaths } from "../lab/paths.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";

/**
 * Toolchain and lab, made where they are missing, side by side: the one computes while the other waits for packages.
 * @returns the environment of tests that need them
 * @throws when one fails
 */
export async function prepare(): Promise<NodeJS.ProcessEnv> {
  const paths = labPaths(process.env);
  await demandMachine(paths);
  const [toolchain] = await Promise.all([ensureToolchain(), labUp()]);
  writeFileSync(path.join(paths.home, "runners.yaml"), labRunners(paths));
  return { ...process.env, ...toolchain.env, ...labEnvironment(paths) };
}

function labUp(): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["bin/setup.mjs", "lab/main.ts", "up", "--guests"], {
      cwd: project,
      // Not to stdout: that is for results, as JSON where it was asked for.
      stdio: ["ignore", process.stderr, "inherit"],
    });
    child.once("error", reject);
    child.once("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error("the lab did not come up"));
    });
  });
}
