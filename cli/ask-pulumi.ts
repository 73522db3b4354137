import { execa } from "execa";
import { project } from "./project.ts";
import { pulumiEnvironment } from "./pulumi.ts";

/** What pulumi said. */
export interface PulumiAnswer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Asks pulumi something: nothing of it is shown, and a refusal is an answer too. */
export async function askPulumi(args: readonly string[]): Promise<PulumiAnswer> {
  const asked = await execa("pulumi", [...args, "--non-interactive"], {
    cwd: project,
    env: await pulumiEnvironment(),
    // Else what pulumiEnvironment leaves out comes in again.
    extendEnv: false,
    stdin: "ignore",
    reject: false,
  });
  return { exitCode: asked.exitCode ?? -1, stdout: asked.stdout, stderr: asked.stderr };
}
