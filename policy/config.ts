import type { PolicyConfigSchema } from "@pulumi/policy";
import { z } from "zod";

/** VMs that a policy leaves alone: part of the configuration of every policy on a VM. */
export const exceptVms = z
  .array(z.string())
  .default([])
  .describe("Keys of VMs that this policy leaves alone; * stands for any text.");

/** Names with `*` for any text. */
export const patterns = (byDefault: readonly string[]) => z.array(z.string().min(1)).default([...byDefault]);

/** A policy's configuration: the file of `--policy-pack-config` is checked against it, misspelled names included. */
export type ConfigSchema = z.ZodObject;

const Properties = z.custom<PolicyConfigSchema["properties"]>((value) => typeof value === "object" && value !== null);

/** The part of Pulumi's policy metadata that describes the configuration. */
export function configSchema(schema: ConfigSchema): PolicyConfigSchema {
  return { properties: Properties.parse(z.toJSONSchema(schema, { io: "input", target: "draft-7" }).properties) };
}

/** The faults of a configuration, each with its path. */
export function configFaults(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join(".") || "configuration"}: ${message}`).join("; ");
}
