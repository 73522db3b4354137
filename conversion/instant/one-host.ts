import { badInput } from "../failure.ts";
import type { Work } from "../input.ts";
import type { RunnerSettings } from "../runner/runner-settings.ts";

/**
 * An instant import leaves a gateway running on the conversion host, at an address of that host: with several hosts the next
 * stage would be on another one.
 * @throws when the job is of one and runners.yaml names no single host
 */
export function expectOneHost({ verb, job }: Work, runner: RunnerSettings): void {
  if (verb !== "import" && verb !== "sync" && verb !== "commit") return;
  if (job.instant !== true || runner.kind === "local" || runner.kind === "ssh") return;
  throw badInput(
    `${job.disk}: an instant import needs one conversion host, whose gateway serves the disk until it is copied: the runner in ` +
      `runners.yaml is of the kind "${runner.kind}", expected local or ssh. Give this wave a runners.yaml of its own ` +
      "(WAVELIFT_RUNNERS), or say instant: false in the plan.",
  );
}
