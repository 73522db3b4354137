import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { matchesAny } from "../planning/pattern.ts";
import { exceptVms, patterns } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { text } from "./props.ts";

const NAME = "allowed-flavors";
const Config = z.strictObject({
  allow: patterns(["*"]).describe("Names of flavors that servers may have; * stands for any text."),
  forbid: patterns([]).describe("Names of flavors that servers may not have, also when `allow` names them."),
  exceptVms,
});

/** Servers have a flavor of the allowed ones. */
export const allowedFlavors = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Servers use flavors that the cloud's owner allows.", Config),
  validateResource: validateResourceOfType(
    openstack.compute.Instance,
    gate.check(NAME, Config, ({ props }, { allow, forbid }) => {
      const flavor = text(props, "flavorName") ?? text(props, "flavorId");
      if (flavor === undefined || (matchesAny(allow, flavor) && !matchesAny(forbid, flavor))) return [];
      const allowed = `${allow.join(", ")}${forbid.length === 0 ? "" : ` without ${forbid.join(", ")}`}`;
      return [
        `flavor ${flavor} is not allowed (allowed: ${allowed}). Name an allowed one in the plan (\`flavor:\`) or narrow \`flavors.include\`, then run \`wavelift plan\`.`,
      ];
    }),
  ),
});
