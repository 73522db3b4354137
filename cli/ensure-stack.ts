import { runPulumi } from "./pulumi.ts";

/**
 * Makes the stack in the backend where it is not there (its file is in git, the stack is there after its first use).
 * It is never selected: the selection is one for all terminals, and a bare `pulumi destroy` in another one would from
 * then on mean this stack.
 * @returns exit code; not 0 when there is no such stack and it cannot be made
 */
export async function ensureStack(stack: string): Promise<number> {
  if (await exists(stack)) return 0;
  const made = await runPulumi(["stack", "init", stack, "--no-select", "--non-interactive"]);
  // Another run may have made it in the same moment.
  return made.exitCode === 0 || (await exists(stack)) ? 0 : made.exitCode;
}

async function exists(stack: string): Promise<boolean> {
  const shown = await runPulumi(["stack", "--stack", stack, "--show-name", "--non-interactive"], {}, "quiet");
  return shown.exitCode === 0;
}
