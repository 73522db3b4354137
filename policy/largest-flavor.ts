import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { text } from "./props.ts";

const NAME = "largest-flavor";
const Config = z.strictObject({
  maxVcpus: z.int().positive().optional().describe("Most vCPUs of a server; no limit when left out."),
  maxMemoryMiB: z.int().positive().optional().describe("Most memory of a server in MiB; no limit when left out."),
  flavors: z
    .record(z.string(), z.strictObject({ vcpus: z.int().positive(), memoryMiB: z.int().positive() }))
    .default({})
    .describe("Sizes of flavors by name. A flavor that is not here is looked up in the cloud."),
  exceptVms,
});

/**
 * Servers are not larger than allowed. A server's inputs name its flavor only: its size comes from the configuration or
 * from the cloud. When a limit is set and the size cannot be had, that is a violation: a limit that is silently not
 * checked is none.
 */
export const largestFlavor = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Servers are not larger than the cloud's owner allows.", Config),
  validateResource: validateResourceOfType(
    openstack.compute.Instance,
    gate.check(NAME, Config, async ({ props, cloud }, { maxVcpus, maxMemoryMiB, flavors }, clouds) => {
      const flavor = text(props, "flavorName") ?? text(props, "flavorId");
      if (flavor === undefined || (maxVcpus === undefined && maxMemoryMiB === undefined)) return [];
      const size = flavors[flavor] ?? (cloud === null ? null : await clouds.flavor(cloud, flavor));
      if (size === null) {
        return [
          `the size of flavor ${flavor} cannot be read from the cloud, and a largest size is set. Give it in this policy's configuration: "flavors": {"${flavor}": {"vcpus": N, "memoryMiB": N}}.`,
        ];
      }
      const over = [
        ...(maxVcpus !== undefined && size.vcpus > maxVcpus ? [`${size.vcpus} vCPUs, at most ${maxVcpus}`] : []),
        ...(maxMemoryMiB !== undefined && size.memoryMiB > maxMemoryMiB
          ? [`${size.memoryMiB} MiB of memory, at most ${maxMemoryMiB}`]
          : []),
      ];
      if (over.length === 0) return [];
      return [
        `flavor ${flavor} is larger than allowed (${over.join("; ")}). Make the VM smaller at the source, or have it excepted in this policy's configuration (\`exceptVms\`).`,
      ];
    }),
  ),
});
