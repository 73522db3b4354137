import { exitCodes, UserError } from "./failure.ts";
import { runPulumi } from "./pulumi.ts";
import type { StackState } from "./stack-state.ts";

/** `pulumi refresh` of nothing but the stack itself: no provider is asked. */
const refreshNothing = (stack: string, root: string | null, ...options: readonly string[]): string[] => [
  ...["refresh", "--stack", stack, "--yes", "--skip-preview", "--non-interactive", "--suppress-outputs"],
  ...(root === null ? [] : ["--target", root]),
  ...options,
];

/**
 * Sees that nobody works on the stack, on any backend: what a living run is just creating is not in the state either,
 * and must not be taken for a leftover. Pulumi's own lock is asked, by an operation that changes nothing.
 * @throws {UserError} with what pulumi said
 */
export async function expectUnlocked(stack: string, state: StackState): Promise<void> {
  const run = await runPulumi(refreshNothing(stack, state.root, "--skip-pending-creates"), {}, "capture");
  if (run.exitCode !== 0)
    throw new UserError(
      `Leftovers of stack ${stack} are not removed: the stack is locked, or its state cannot be changed (above, or here: ` +
        `${run.stdout.trim()}). When no other run is at work, remove its lock: pulumi cancel --stack ${stack}`,
      exitCodes.failed,
    );
}

/**
 * Clears "interrupted while creating" from the state. Pulumi keeps these notes for ever (it cannot know what became of
 * the resources) and warns at every run; here the clouds were asked, and what was there is removed or told.
 */
export async function clearInterrupted(stack: string, state: StackState): Promise<void> {
  if (state.interrupted.length === 0) return;
  const run = await runPulumi(refreshNothing(stack, state.root, "--clear-pending-creates"), {}, "capture");
  const what = `${state.interrupted.length} interrupted creation(s)`;
  process.stderr.write(
    run.exitCode === 0
      ? `Cleared ${what} from the state of stack ${stack}.\n`
      : `${what} could not be cleared from the state of stack ${stack}; pulumi goes on with a warning. ${run.stdout.trim()}\n`,
  );
}
