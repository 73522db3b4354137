import type { TestRun } from "./test-run.ts";

/** What taking a guard out showed. */
export interface Verdict {
  /**
   * `noticed`: the test failed, as it must. `unnoticed`: it passed without the guard. `broken`: nothing was shown, because
   * the program or the test could not run.
   */
  readonly kind: "noticed" | "unnoticed" | "broken";
  /** The message of the failure, that it was a time-out, or what is to be mended. */
  readonly note: string;
}

/** A hook is no test: what fails there shows nothing of what the test says. */
const HOOK = /^"(before|after) (all|each)" hook/;
/** Faults of a program that cannot run, whatever it is asked. */
const NO_PROGRAM =
  /^(ReferenceError|SyntaxError)\b|ERR_MODULE_NOT_FOUND|does not provide an export named|Build failed with/;

/** Judges the run of the whole program: the test must be there and pass, else its failing later shows nothing. */
export function judgeWhole(run: TestRun, name: string): string | null {
  const failed = run.failures.find(({ fullTitle, title }) => HOOK.test(title) || fullTitle.includes(name));
  if (failed !== undefined) return `fails although nothing was taken out: ${failed.fullTitle}: ${failed.err.message}`;
  if (run.crash !== null) return run.crash;
  return run.passes.some(({ fullTitle }) => fullTitle.includes(name)) ? null : "no test has this name";
}

/** Judges the run without the guard. */
export function judgeWithout(run: TestRun): Verdict {
  const tests = run.failures.filter(({ title }) => !HOOK.test(title));
  const real = tests.find(({ err }) => !NO_PROGRAM.test(err.stack) && !NO_PROGRAM.test(err.message));
  if (real !== undefined) {
    const timeOut = real.err.code === "ERR_MOCHA_TIMEOUT" || real.err.message.startsWith("Timeout of ");
    return { kind: "noticed", note: `${timeOut ? "by a time-out: " : ""}${oneLine(real.err.message)}` };
  }
  const [first] = run.failures;
  if (first !== undefined)
    return { kind: "broken", note: `no test failed, but: ${first.title}: ${oneLine(first.err.message)}` };
  if (run.crash !== null) return { kind: "broken", note: oneLine(run.crash) };
  return { kind: "unnoticed", note: `${run.passes.length} test(s) passed without it` };
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim().slice(0, 300);
