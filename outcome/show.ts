import type { FailedPart, Outcome, VmOutcome } from "./outcome.ts";

const STATES = ["done", "failed", "waiting", "left"] as const;

/** How many VMs are in each state. */
export function countsOf({ vms }: Outcome): Record<VmOutcome["state"], number> {
  const count = (state: VmOutcome["state"]): number => vms.filter((vm) => vm.state === state).length;
  return { done: count("done"), failed: count("failed"), waiting: count("waiting"), left: count("left") };
}

/**
 * The end of a run: one line per VM that is not done, then the counts and how to go on. Empty when there is nothing to
 * tell: no VM was concerned and nothing failed.
 */
export function outcomeLines(verb: "up" | "destroy", stack: string, outcome: Outcome): string[] {
  const { vms, others, finished } = outcome;
  if (vms.length === 0 && others.length === 0 && finished) return [];
  // Where the run ended before any VM was begun, the counts say it.
  const open = vms.some(({ state }) => state !== "left") ? vms.filter(({ state }) => state !== "done") : [];
  const width = Math.max(0, ...open.map(({ vm }) => vm.length));
  const counts = countsOf(outcome);
  const summary = STATES.filter((state) => state === "done" || counts[state] > 0).map(
    (state) => `${counts[state]} ${state === "left" ? `left for the next ${verb}` : state}`,
  );
  return [
    ...(finished ? [] : ["The run was cut off: this is what is known of it."]),
    ...open.map((vm) => `  ${vm.vm.padEnd(width)}  ${tell(vm)}`),
    ...others.map((part) => `  ${tellPart(part)}`),
    ...(vms.length === 0 ? [] : [`${vms.length} VM${vms.length === 1 ? "" : "s"}: ${summary.join(", ")}.`]),
    ...(counts.done === vms.length && others.length === 0
      ? []
      : [`Go on with: wavelift ${verb} ${stack} (what is done is not touched again)`]),
  ];
}

function tell({ state, failures, waitsFor }: VmOutcome): string {
  switch (state) {
    case "done":
      return "done";
    case "failed": {
      const [first, ...more] = failures;
      if (first === undefined) return "failed";
      const also =
        more.length === 0 ? "" : ` Also failed: ${more.map(({ what, cause }) => `${what} (${cause})`).join("; ")}.`;
      return `failed: ${tellPart(first)}${also}`;
    }
    case "waiting":
      return `waits for ${waitsFor.join(", ")}, which failed or waits itself`;
    case "left":
      return "not finished: the run ended before";
  }
}

const tellPart = ({ what, cause, remedy }: FailedPart): string =>
  `${what}: ${/[.?!:…]$/.test(cause) ? cause : `${cause}.`} ${remedy}`;

/** The same for programs. */
export function outcomeJson(verb: "up" | "destroy", stack: string, exitCode: number, outcome: Outcome): object {
  return {
    version: 1,
    stack,
    verb,
    exitCode,
    finished: outcome.finished,
    counts: countsOf(outcome),
    vms: outcome.vms,
    others: outcome.others,
  };
}
