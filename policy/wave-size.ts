import type { PolicyResource, StackValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { describePolicy, readConfig, type Gate } from "./gate.ts";
import { subjectOf } from "./subject.ts";

const NAME = "wave-size";
const Config = z.strictObject({
  maxVms: z.int().positive().default(50).describe("Most VMs of a wave (a stack). Default 50."),
});

/** A wave is small enough to be watched and rolled back. A wave of which every VM has begun is let go on. */
export const waveSize = (gate: Gate): StackValidationPolicy => ({
  ...describePolicy(NAME, "A wave has no more VMs than can be watched and rolled back in one night.", Config),
  validateStack: async (args, report) => {
    const config = readConfig(NAME, Config, args, report);
    if (config === null) return;
    const vms = args.resources.filter(({ type }) => type === "wavelift:index:MigratedServer").map(({ name }) => name);
    if (vms.length <= config.maxVms || (await allBegun(vms, args.resources, gate))) return;
    const more = vms.slice(config.maxVms);
    report(
      `The wave has ${vms.length} VMs, at most ${config.maxVms} are allowed. Move ${more.length} of them to another wave of the plan (for example ${more.slice(0, 5).join(", ")}), then run \`wavelift plan\`.`,
    );
  },
});

async function allBegun(vms: readonly string[], resources: readonly PolicyResource[], gate: Gate): Promise<boolean> {
  const volumes = resources
    .filter(({ type }) => type === "openstack:blockstorage/volume:Volume")
    .map((resource) => subjectOf(resource));
  const begun = await Promise.all(
    vms.map(async (key) => {
      const own = volumes.find(({ vm }) => vm === key);
      return own?.cloud != null && own.stack !== null && (await gate.clouds.begun(own.cloud, own.stack, key));
    }),
  );
  return begun.every(Boolean);
}
