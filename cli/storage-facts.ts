import { execa } from "execa";
import type { LeftoversJob, PurgeJob, Verb } from "../conversion/job.ts";
import { Report } from "../conversion/report.ts";
import type { ImageFacts, StorageFacts } from "../planning/image-facts.ts";
import { project } from "./project.ts";
import { pulumiEnvironment } from "./pulumi.ts";

/** A question to the conversion host, which alone sees images: by the launcher, so that it works with any runner. */
export type AskStorage = (
  verb: "leftovers" | "purge",
  job: LeftoversJob | PurgeJob,
) => Promise<StorageFacts | { readonly fault: string }>;

/** Asks by `bin/convert.mjs`, as a stage of Pulumi does. What it says of a failure is given back in one line. */
export const askLauncher: AskStorage = async (verb, job) => {
  const answer = await askConversion(verb, job);
  if ("fault" in answer) return answer;
  return answer.storage ?? { fault: `bin/convert.mjs ${verb} found nothing out` };
};

/** Runs a stage as Pulumi does. @returns its report, or what it said of its failure, in one line */
export async function askConversion(verb: Verb, job: object): Promise<Report | { readonly fault: string }> {
  const run = await execa(process.execPath, ["bin/convert.mjs", verb], {
    cwd: project,
    // As a stage of Pulumi has it, and nothing more.
    env: await pulumiEnvironment(),
    extendEnv: false,
    input: JSON.stringify(job),
    reject: false,
    maxBuffer: 64 * 2 ** 20,
  });
  if (run.exitCode !== 0) {
    const said = run.stderr.split("\n").filter((line) => line.trim() !== "");
    return {
      fault: said.join("; ").slice(0, 1000) || `bin/convert.mjs ${verb} ended with ${run.exitCode ?? "a signal"}`,
    };
  }
  try {
    return Report.parse(JSON.parse(run.stdout));
  } catch {
    return { fault: `bin/convert.mjs ${verb} gave no report` };
  }
}

/** The facts of images that could not be looked at: nothing is known of them, and so nothing of them is removed. */
export const unknownImages = (volumeIds: readonly string[], fault: string): ImageFacts[] =>
  volumeIds.map((volumeId) => ({ volumeId, image: null, fault }));
