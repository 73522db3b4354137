import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";

const IdsByTarget = z.record(z.string(), z.record(z.string(), z.string()));

/** Security groups and server groups of the estate's own stack, by target and name. */
export interface SharedGroups {
  /** project/stack of the estate. */
  readonly estate: string;
  securityGroupId(target: string, name: string): pulumi.Output<string>;
  serverGroupId(target: string, name: string): pulumi.Output<string>;
}

/**
 * Reads the shared groups from the outputs of the estate's own stack.
 * @throws {pulumi.RunError} (when the id is used) naming the group that the stack does not have, and what to do.
 */
export function sharedGroupsOf(estateStack: string): SharedGroups {
  // Made on first use: a wave without shared groups needs no estate stack.
  let reference: pulumi.StackReference | undefined;
  const lookUp = (output: string, noun: string, target: string, name: string): pulumi.Output<string> => {
    reference ??= new pulumi.StackReference("estate", {
      name: `${pulumi.getOrganization()}/${pulumi.getProject()}/${estateStack}`,
    });
    return reference.getOutput(output).apply((value: unknown) => {
      const id = IdsByTarget.safeParse(value).data?.[target]?.[name];
      if (id === undefined)
        throw new pulumi.RunError(
          `${noun} "${name}" of target "${target}" is not among the outputs of the estate's stack "${estateStack}". ` +
            `Run \`wavelift up ${estateStack}\` first.`,
        );
      return id;
    });
  };
  return {
    estate: `${pulumi.getProject()}/${estateStack}`,
    securityGroupId: (target, name) => lookUp("securityGroups", "Security group", target, name),
    serverGroupId: (target, name) => lookUp("serverGroups", "Server group", target, name),
  };
}
