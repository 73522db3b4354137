import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { WaveName } from "./inventory/schema/names.ts";

const StackConfig = z.object({
  wave: z.union([z.literal(""), WaveName]),
  inventory: z.string().min(1),
  estateStack: z.string().regex(/^[A-Za-z0-9._-]+$/, "the name of a stack"),
});

/** Configuration of a stack (Pulumi.yaml describes each value). */
export interface ProgramConfig {
  /** Wave that this stack migrates; null for the estate's own stack. */
  readonly wave: string | null;
  /** Folder with plan.yaml, estate/ and waves/, relative to the project's folder. */
  readonly inventory: string;
  /** Stack that holds the shared groups. */
  readonly estateStack: string;
  /** project/stack: the mark on everything this stack makes. */
  readonly stack: string;
}

/**
 * Reads the stack's configuration.
 * @throws {pulumi.RunError} naming every value that is wrong, what was expected and how to set it.
 */
export function readConfig(): ProgramConfig {
  const config = new pulumi.Config("wavelift");
  const found = {
    wave: config.get("wave") ?? "",
    inventory: config.get("inventory") ?? "inventory",
    estateStack: config.get("estateStack") ?? "prod",
  };
  const parsed = StackConfig.safeParse(found);
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => {
      const name = String(issue.path[0]);
      return `  wavelift:${name}: ${issue.message} (set it with: pulumi config set wavelift:${name} VALUE)`;
    });
    throw new pulumi.RunError(`The configuration of stack ${pulumi.getStack()} is wrong:\n${lines.join("\n")}`);
  }
  const { wave, inventory, estateStack } = parsed.data;
  return {
    wave: wave === "" ? null : wave,
    inventory,
    estateStack,
    stack: `${pulumi.getProject()}/${pulumi.getStack()}`,
  };
}
