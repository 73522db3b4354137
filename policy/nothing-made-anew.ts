import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import type { Gate } from "./gate.ts";
import { describePolicy } from "./gate.ts";
import { text } from "./props.ts";
import { subjectOf } from "./subject.ts";

const NAME = "nothing-made-anew";
const Config = z.strictObject({});
const VOLUME = "openstack:blockstorage/volume:Volume";
const PORT = "openstack:networking/port:Port";

/**
 * No volume and no port that a server uses is made a second time. The engine tells a policy no operations, but after a
 * preview it shows a resource's id only where it stays: where the cloud has one with this mark in use and the id is not
 * known, the run would replace it, whatever the reason. No VM is excepted, least of all one that has begun. (An import is
 * repeated only with its volume: the policy import-is-never-repeated sees to that.)
 */
export const nothingMadeAnew = (gate: Gate): StackValidationPolicy => ({
  ...describePolicy(NAME, "A volume or port that a server uses is never replaced.", Config),
  validateStack: async (args, report) => {
    for (const resource of args.resources) {
      const violation = await replacing(resource, gate);
      if (violation !== null) report(violation, resource.urn);
    }
  },
});

async function replacing(resource: PolicyResource, { clouds }: Gate): Promise<string | null> {
  if (resource.type !== VOLUME && resource.type !== PORT) return null;
  const { cloud, stack, vm, name, props } = subjectOf(resource);
  if (cloud === null || stack === null || vm === null) return null;
  if (text(props, "id") !== undefined) return null;
  const used =
    resource.type === VOLUME
      ? await clouds.usedVolume(cloud, stack, name)
      : await clouds.usedPort(cloud, stack, vm, {
          macAddress: text(props, "macAddress"),
          networkId: text(props, "networkId"),
        });
  if (used === null) return null;
  const noun = resource.type === VOLUME ? "volume" : "port";
  return (
    `VM ${vm}: the ${noun} ${name} (${used}) is in use by its server, and this run would make another in its place. Do not ` +
    "run it. Take the wave file from the last commit, and look for an edit of the state or of the program."
  );
}
