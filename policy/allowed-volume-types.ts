import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { matchesAny } from "../planning/pattern.ts";
import { exceptVms, patterns } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { present, text } from "./props.ts";

const NAME = "allowed-volume-types";
const Config = z.strictObject({
  allow: patterns(["*"]).describe("Volume types that volumes may have; * stands for any text."),
  forbid: patterns([]).describe("Volume types that volumes may not have, also when `allow` names them."),
  exceptVms,
});

/** Volumes have a type of the allowed ones, and say which. */
export const allowedVolumeTypes = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Volumes use volume types that the cloud's owner allows.", Config),
  validateResource: validateResourceOfType(
    openstack.blockstorage.Volume,
    gate.check(NAME, Config, ({ name, props }, { allow, forbid }) => {
      const type = text(props, "volumeType");
      const allowed = `${allow.join(", ")}${forbid.length === 0 ? "" : ` without ${forbid.join(", ")}`}`;
      const way = `Map its datastore to an allowed type in the plan (\`datastores:\`), then run \`wavelift plan\`.`;
      if (type === undefined) {
        return present(props, "volumeType")
          ? []
          : [`volume ${name} names no volume type (allowed: ${allowed}). ${way}`];
      }
      if (matchesAny(allow, type) && !matchesAny(forbid, type)) return [];
      return [`volume ${name} has the volume type ${type}, which is not allowed (allowed: ${allowed}). ${way}`];
    }),
  ),
});
