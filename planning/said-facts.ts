import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Decisions } from "./overrides.ts";

/** The facts with what the plan says of the firmware over them: not every source tells it, and it may have to change. */
export function saidFacts(
  facts: EstateVm,
  { firmware, secureBoot }: Pick<Decisions, "firmware" | "secureBoot">,
): EstateVm {
  return { ...facts, firmware: firmware ?? facts.firmware, secureBoot: secureBoot ?? facts.secureBoot };
}
