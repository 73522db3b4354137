import { execa } from "execa";
import { project } from "./project.ts";
import { pulumiEnvironment } from "./pulumi.ts";

/** Asks pulumi something: nothing of it is shown, and a refusal is an answer too. */
export async function askPulumi(args: readonly string[]): Promise<{ exitCode: number; stdout: string }> {
  const asked = await execa("pulumi", [...args, "--non-interactive"], {
    cwd: project,
    env: await pulumiEnvironment(),
    // Else what pulumiEnvironment leaves out comes in again.
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return { exitCode: asked.exitCode ?? -1, stdout: asked.stdout };
}
