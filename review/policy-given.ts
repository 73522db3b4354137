import { readFileSync } from "node:fs";

/** Environment variable that `wavelift preview|up` sets: the policy pack was given to pulumi. */
export const POLICY_GIVEN = "WAVELIFT_POLICY_PACK";

/**
 * Whether this run checks the policy pack: said by `wavelift`, or `--policy-pack` on the command line of the pulumi
 * that started us (found among our ancestors; the engine tells a program nothing of its policy packs).
 */
export function policyPackGiven(environment: NodeJS.ProcessEnv, argumentsOf = ancestorArguments): boolean {
  return (
    environment[POLICY_GIVEN] !== undefined || argumentsOf().some((argument) => /^--policy-pack(=|$)/.test(argument))
  );
}

/** Arguments of our ancestor processes, nearest first (Linux; elsewhere none). */
function ancestorArguments(): string[] {
  const found: string[] = [];
  try {
    for (let pid = process.ppid; pid > 1;) {
      found.push(...readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0"));
      pid = Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    }
  } catch {
    // An ancestor ended or is not ours to read: what was found so far is all there is.
  }
  return found;
}
