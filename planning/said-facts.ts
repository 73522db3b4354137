import type { EstateVm } from "../inventory/schema/estate.ts";
import type { Decisions } from "./overrides.ts";

/**
 * The facts with what the plan says over them: not every source tells firmware and secure boot, and they may have to change;
 * hardly one tells cluster addresses.
 */
export function saidFacts(
  facts: EstateVm,
  { firmware, secureBoot, vips }: Pick<Decisions, "firmware" | "secureBoot" | "vips">,
): EstateVm {
  return {
    ...facts,
    firmware: firmware ?? facts.firmware,
    secureBoot: secureBoot ?? facts.secureBoot,
    vips: vips ?? facts.vips,
  };
}
