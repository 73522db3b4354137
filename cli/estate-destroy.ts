import { z } from "zod";
import { FaultsError } from "../inventory/fault.ts";
import { loadPlan } from "../inventory/load.ts";
import { destroyRefusals, EstateOutputs } from "../review/estate-review.ts";
import { planPath } from "../review/inputs.ts";
import { exitCodes, UserError } from "./failure.ts";
import { runPulumi } from "./pulumi.ts";
import type { StackSettings } from "./stack-config.ts";

/**
 * Looks before the estate's own stack is destroyed: nothing is asked and nothing begins while waves use its groups.
 * (The guards in the stack refuse the same where this is not asked.)
 * @throws {UserError} naming who uses what
 */
export async function expectEstateUnused(stack: string, settings: StackSettings): Promise<void> {
  const plan = await loadPlan(planPath(settings.inventory)).catch((error: unknown) => {
    // A plan with faults does not keep a stack from being destroyed: the guards look.
    if (error instanceof FaultsError) return null;
    throw error;
  });
  const { exitCode, stdout } = await runPulumi(
    ["stack", "output", "--json", "--stack", stack, "--non-interactive"],
    {},
    true,
  );
  if (plan === null || exitCode !== 0) return;
  const outputs = EstateOutputs.parse(z.json().parse(JSON.parse(stdout)));
  const refusals = await destroyRefusals(plan, outputs, `wavelift/${stack}`);
  if (refusals.length > 0) throw new UserError(refusals.join("\n"), exitCodes.stopped);
}
