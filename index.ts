import * as pulumi from "@pulumi/pulumi";
import { strayCloudSettings } from "./cloud/environment.ts";
import { keepMemoryPrivate } from "./cloud/memory.ts";
import { EstateGroups } from "./components/estate-groups.ts";
import { failAtEnd } from "./components/fail-at-end.ts";
import { MigrationWave } from "./components/migration-wave.ts";
import { sharedGroupsOf } from "./components/shared-groups.ts";
import { readConfig, type ProgramConfig } from "./config.ts";
import { loadPlan } from "./inventory/load.ts";
import { serversInError } from "./planning/servers-in-error.ts";
import { estateQuotaFaults } from "./review/estate-quota.ts";
import { reviewEstate } from "./review/estate-review.ts";
import { readOtherWaves } from "./review/other-waves.ts";
import { ownOutputs } from "./review/own-outputs.ts";
import { planPath, readInputs, waveFilePath } from "./review/inputs.ts";
import { policyPackGiven } from "./review/policy-given.ts";
import { review } from "./review/review.ts";
import { standingGroups } from "./review/standing-groups.ts";
import { formatConcerns, formatLeftOut, formatStop } from "./review/show.ts";
import { userFault } from "./review/user-fault.ts";

/** What all waves share, in the estate's own stack. */
async function declareEstate(config: ProgramConfig) {
  const plan = await loadPlan(planPath(config.inventory));
  const before = await ownOutputs();
  const { stopped, notes } = await reviewEstate(plan, before);
  for (const note of notes) void pulumi.log.info(note);
  if (stopped.length > 0) throw new pulumi.RunError(stopped.join("\n"));
  // A warning only: outputs of a run that was killed do not name all groups that it made.
  for (const fault of await estateQuotaFaults(plan, before)) void pulumi.log.warn(fault);
  const groups = new EstateGroups("estate", { plan, stack: config.stack });
  return { securityGroups: groups.securityGroups, serverGroups: groups.serverGroups };
}

/** One wave: judged first, then declared from its wave file and from nothing else. */
async function declareWave(config: ProgramConfig, wave: string) {
  const { written, ...inputs } = await readInputs(config.inventory, wave, config.stack);
  if (written === null)
    throw new pulumi.RunError(`There is no ${waveFilePath(config.inventory, wave)}. Run: wavelift plan ${wave}`);
  const others = await readOtherWaves(config.inventory, written);
  const judged = review({ ...inputs, wave, stack: config.stack }, written, others);
  const { file, vms, images, stopped, goesOn, rollsBack, warnings, notes } = judged;
  if (!policyPackGiven(process.env))
    void pulumi.log.warn("The policy pack was not given: run `wavelift preview`, or add `--policy-pack policy`.");
  for (const line of formatConcerns(warnings)) void pulumi.log.warn(line);
  for (const line of formatConcerns(notes)) void pulumi.log.info(line);
  if (stopped.length > 0 && !goesOn) throw new pulumi.RunError(formatStop(wave, stopped));
  const groups = sharedGroupsOf(config.estateStack, (target) => standingGroups(inputs.offers.get(target)));
  const inError = serversInError(inputs.offers, config.stack);
  const declared = new MigrationWave(wave, { file, vms, images, stack: config.stack, groups, inError });
  if (goesOn) await tellLeftOut(formatLeftOut(wave, stopped), rollsBack);
  const { servers } = declared;
  return { servers, ...(declared.images === undefined ? {} : { images: declared.images }) };
}

/**
 * A run that leaves VMs out ends as a failed one, after all of it has been done. But a failed run deletes nothing: where a
 * VM is to be rolled back, it is only warned.
 */
async function tellLeftOut(text: string, rollsBack: boolean): Promise<void> {
  if (rollsBack) return pulumi.log.warn(text);
  await failAtEnd(text);
}

/** Of a bare `pulumi up`; `wavelift up` has done both. */
function protectSecrets(): void {
  const strays = strayCloudSettings(process.env);
  if (strays.length > 0)
    throw new pulumi.RunError(
      `${strays.join(", ")}: the provider would mix this of the environment into the entry of clouds.yaml. ` +
        "Unset it (an openrc file that was read?), or run `wavelift`, which does.",
    );
  try {
    keepMemoryPrivate();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}

protectSecrets();
const config = readConfig();
// All modules are loaded (tsx needs traces for that): from here on none are taken. The SDK takes one per promise, which is
// two thirds of the time of a large preview. WAVELIFT_STACK_TRACES=1 brings them back.
if (process.env["WAVELIFT_STACK_TRACES"] === undefined) Error.stackTraceLimit = 0;
const { wave } = config;

/** The stack's outputs. A default export, because Pulumi warns of named ones that only the other kind of stack has. */
export default await userFault<object>(() => (wave === null ? declareEstate(config) : declareWave(config, wave)));
