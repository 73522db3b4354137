import { askPulumi } from "./ask-pulumi.ts";
import { exitCodes, UserError } from "./failure.ts";
import { runPulumi } from "./pulumi.ts";

/**
 * Makes the stack in the backend where it is not there (its file is in git, the stack is there after its first use).
 * It is never selected: the selection is one for all terminals, and a bare `pulumi destroy` in another one would from
 * then on mean this stack.
 * @returns exit code; not 0 when there is no such stack and it cannot be made
 * @throws {UserError} when pulumi does not tell whether it is there
 */
export async function ensureStack(stack: string): Promise<number> {
  if (await exists(stack)) return 0;
  const made = await runPulumi(["stack", "init", stack, "--no-select", "--non-interactive"]);
  // Another run may have made it in the same moment.
  return made.exitCode === 0 || (await exists(stack)) ? 0 : made.exitCode;
}

/** How pulumi says it (pkg/backend/backenderr); any other refusal is no answer: "unknown" is not "there is none". */
const NO_STACK = /no stack named '.*' found/;

async function exists(stack: string): Promise<boolean> {
  const { exitCode, stdout, stderr } = await askPulumi(["stack", "--stack", stack, "--show-name"]);
  if (exitCode === 0) return true;
  if (NO_STACK.test(stderr)) return false;
  const said = `${stderr}\n${stdout}`.trim();
  throw new UserError(
    `Pulumi does not tell whether there is a stack ${stack} (${exitCode}): ${said}`,
    exitCodes.failed,
  );
}
