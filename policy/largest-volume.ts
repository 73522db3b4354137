import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { number } from "./props.ts";

const NAME = "largest-volume";
const Config = z.strictObject({
  maxGiB: z.int().positive().optional().describe("Largest volume in GiB; no limit when left out."),
  exceptVms,
});

/** Volumes are not larger than allowed. */
export const largestVolume = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Volumes are not larger than the cloud's owner allows.", Config),
  validateResource: validateResourceOfType(
    openstack.blockstorage.Volume,
    gate.check(NAME, Config, ({ name, props }, { maxGiB }) => {
      const size = number(props, "size");
      if (maxGiB === undefined || size === undefined || size <= maxGiB) return [];
      return [
        `volume ${name} has ${size} GiB, at most ${maxGiB} are allowed. Split or shrink the disk at the source, or have the VM excepted in this policy's configuration (\`exceptVms\`).`,
      ];
    }),
  ),
});
