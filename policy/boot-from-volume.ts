import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { members, present, text } from "./props.ts";

const NAME = "boot-from-volume";
const Config = z.strictObject({ exceptVms });

/** Servers boot from volumes and have no disk on the hypervisor, which would be lost with it. */
export const bootFromVolume = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Servers have volumes only: no image, no disk on the hypervisor.", Config),
  validateResource: validateResourceOfType(
    openstack.compute.Instance,
    gate.check(NAME, Config, ({ props }) => [
      ...(present(props, "imageId") || present(props, "imageName")
        ? ["the server boots from an image. A migrated server boots from its volume: remove imageId and imageName."]
        : []),
      ...(present(props, "blockDevices")
        ? []
        : ["the server has no volume. Give its disks in blockDevices, the boot disk first."]),
      ...members(props, "blockDevices").flatMap((device, position) =>
        [text(device, "sourceType"), text(device, "destinationType")].some((kind) => (kind ?? "volume") !== "volume")
          ? [
              `disk ${position} of the server is not a volume. Set sourceType and destinationType of blockDevices[${position}] to volume.`,
            ]
          : [],
      ),
    ]),
  ),
});
