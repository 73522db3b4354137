import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { flag, members } from "./props.ts";

const NAME = "delete-on-termination-off";
const Config = z.strictObject({ exceptVms });

/** A server that goes leaves its volumes behind: they hold the data that was migrated. Stops also a VM that has begun. */
export const deleteOnTerminationOff = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Volumes outlive their server.", Config),
  validateResource: validateResourceOfType(
    openstack.compute.Instance,
    gate.check(
      NAME,
      Config,
      ({ props }) =>
        members(props, "blockDevices").flatMap((device, position) =>
          flag(device, "deleteOnTermination") === true
            ? [
                `disk ${position} of the server is deleted with the server, and the migrated data with it. Set blockDevices[${position}].deleteOnTermination to false.`,
              ]
            : [],
        ),
      { always: true },
    ),
  ),
});
