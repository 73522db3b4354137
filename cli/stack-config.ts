import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readYaml } from "../inventory/read-yaml.ts";
import { UserError } from "./failure.ts";
import { project } from "./project.ts";

const StackFile = z.object({ config: z.record(z.string(), z.unknown()).default({}) });

/** Settings of a stack that the command line needs; Pulumi.yaml describes them and gives the defaults. */
export interface StackSettings {
  readonly wave: string;
  /** Absolute path. */
  readonly inventory: string;
  readonly estateStack: string;
  /** Absolute path; it may not exist. */
  readonly policyConfig: string;
}

/** Path of Pulumi.STACK.yaml. */
export const stackFile = (stack: string): string => path.join(project, `Pulumi.${stack}.yaml`);

/** The plain wavelift:* values of a stack file, without defaults. */
export function readStackValues(stack: string): Record<string, string> {
  const file = stackFile(stack);
  if (!existsSync(file)) throw new UserError(`There is no ${file}: run \`wavelift init ${stack}\` for a wave.`);
  const parsed = StackFile.safeParse(content(file) ?? {});
  if (!parsed.success) throw new UserError(`${file} is no stack file of Pulumi: ${z.prettifyError(parsed.error)}`);
  const own = Object.entries(parsed.data.config).filter(([name]) => name.startsWith("wavelift:"));
  return Object.fromEntries(own.map(([name, value]) => [name, String(value)]));
}

/** The settings of a stack. @throws {UserError} when it has no stack file. */
export function readStackSettings(stack: string): StackSettings {
  const values = readStackValues(stack);
  return {
    wave: values["wavelift:wave"] ?? "",
    inventory: path.resolve(project, values["wavelift:inventory"] ?? "inventory"),
    estateStack: values["wavelift:estateStack"] ?? "prod",
    policyConfig: path.resolve(project, values["wavelift:policyConfig"] ?? "policy/config.json"),
  };
}

function content(file: string): unknown {
  try {
    return readYaml(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
