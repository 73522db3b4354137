import * as pulumi from "@pulumi/pulumi";
import { EstateGroups } from "./components/estate-groups.ts";
import { MigrationWave } from "./components/migration-wave.ts";
import { sharedGroupsOf } from "./components/shared-groups.ts";
import { readConfig, type ProgramConfig } from "./config.ts";
import { loadPlan } from "./inventory/load.ts";
import { serversInError } from "./planning/servers-in-error.ts";
import { planPath, readInputs, waveFilePath } from "./review/inputs.ts";
import { policyPackGiven } from "./review/policy-given.ts";
import { review } from "./review/review.ts";
import { formatConcerns, formatStop } from "./review/show.ts";
import { userFault } from "./review/user-fault.ts";

/** What all waves share, in the estate's own stack. */
async function declareEstate(config: ProgramConfig) {
  const groups = new EstateGroups("estate", await loadPlan(planPath(config.inventory)));
  return { securityGroups: groups.securityGroups, serverGroups: groups.serverGroups };
}

/** One wave: judged first, then declared from its wave file and from nothing else. */
async function declareWave(config: ProgramConfig, wave: string) {
  const { written, ...inputs } = await readInputs(config.inventory, wave);
  if (written === null)
    throw new pulumi.RunError(`There is no ${waveFilePath(config.inventory, wave)}. Run: wavelift plan ${wave}`);
  const { file, vms, stopped, warnings, notes } = review({ ...inputs, wave, stack: config.stack }, written);
  if (!policyPackGiven(process.env))
    void pulumi.log.warn("The policy pack was not given: run `wavelift preview`, or add `--policy-pack policy`.");
  for (const line of formatConcerns(warnings)) void pulumi.log.warn(line);
  for (const line of formatConcerns(notes)) void pulumi.log.info(line);
  if (stopped.length > 0) throw new pulumi.RunError(formatStop(wave, stopped));
  const groups = sharedGroupsOf(config.estateStack);
  const inError = serversInError(inputs.offers, config.stack);
  return { servers: new MigrationWave(wave, { file, vms, stack: config.stack, groups, inError }).servers };
}

const config = readConfig();
// All modules are loaded (tsx needs traces for that): from here on none are taken. The SDK takes one per promise, which is
// two thirds of the time of a large preview. WAVELIFT_STACK_TRACES=1 brings them back.
if (process.env["WAVELIFT_STACK_TRACES"] === undefined) Error.stackTraceLimit = 0;
const { wave } = config;

/** The stack's outputs. A default export, because Pulumi warns of named ones that only the other kind of stack has. */
export default await userFault<object>(() => (wave === null ? declareEstate(config) : declareWave(config, wave)));
