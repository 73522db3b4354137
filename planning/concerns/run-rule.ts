import type { Finding } from "./rule.ts";

/** What came of a rule. */
export interface RuleRun {
  readonly findings: readonly Finding[];
  /** With which VMs it threw (null: not with one alone), and what. */
  readonly failures: readonly { readonly vm: string | null; readonly message: string }[];
}

/**
 * Runs a rule. One that throws is tried with each VM alone: a rule that stumbles over one VM must hide neither the others,
 * nor that VM, nor what other rules find.
 * @param parts the view with one VM alone, for each VM; asked only when the rule throws
 */
export function runRule<View>(
  check: (view: View) => readonly Finding[],
  view: View,
  parts: () => readonly (readonly [vm: string, part: View])[],
): RuleRun {
  const whole = tried(check, view);
  if ("findings" in whole) return { findings: whole.findings, failures: [] };
  const runs = parts().map(([vm, part]) => ({ vm, ...tried(check, part) }));
  const failures = runs.flatMap((run) => ("message" in run ? [{ vm: run.vm, message: run.message }] : []));
  return {
    findings: runs.flatMap((run) => ("findings" in run ? run.findings : [])),
    failures: failures.length > 0 ? failures : [{ vm: null, message: whole.message }],
  };
}

function tried<View>(
  check: (view: View) => readonly Finding[],
  view: View,
): { readonly findings: readonly Finding[] } | { readonly message: string } {
  try {
    return { findings: check(view) };
  } catch (error) {
    return { message: error instanceof Error ? error.message : String(error) };
  }
}
