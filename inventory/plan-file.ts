import { type CheckedFile, checkFile, type FileKind } from "./checked-file.ts";
import { checkPlan } from "./plan-checks.ts";
import { Plan } from "./schema/plan.ts";

/** `inventory/plan.yaml`. */
export const planKind: FileKind<Plan> = {
  schema: Plan,
  vmOf: ([waves, , vms, key]) => (waves === "waves" && vms === "vms" && key !== undefined ? String(key) : null),
  check: checkPlan,
};

/** Reads the plan with all its faults. */
export function checkPlanFile(file: string): Promise<CheckedFile<Plan>> {
  return checkFile(file, planKind);
}
