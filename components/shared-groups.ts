import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { failAtEnd } from "./fail-at-end.ts";

const IdsByTarget = z.record(z.string(), z.record(z.string(), z.string()));

/** Security groups and server groups of the estate's own stack, by target and name. */
export interface SharedGroups {
  /** project/stack of the estate. */
  readonly estate: string;
  securityGroupId(target: string, name: string): pulumi.Output<string>;
  serverGroupId(target: string, name: string): pulumi.Output<string>;
}

/** Ids of the groups that stand in a target; null where nobody read them. */
export type StandingGroups = (target: string) => ReadonlySet<string> | null;

/**
 * Reads the shared groups from the outputs of the estate's own stack. One that is no longer in the cloud is told of as an
 * error, before anything is copied for ports that could not be made; the VMs without it go on.
 * @throws {pulumi.RunError} (when the id is used) naming the group that the stack does not have, and what to do.
 */
export function sharedGroupsOf(estateStack: string, standing: StandingGroups = () => null): SharedGroups {
  const told = new Set<string>();
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
      if (standing(target)?.has(id) === false && !told.has(id)) {
        told.add(id);
        void failAtEnd(
          `${noun} "${name}" of target "${target}" (${id}) is no longer in the cloud, though the estate's stack ` +
            `"${estateStack}" made it. Run \`wavelift up ${estateStack}\`: it is made again.`,
        );
      }
      return id;
    });
  };
  return {
    estate: `${pulumi.getProject()}/${estateStack}`,
    securityGroupId: (target, name) => lookUp("securityGroups", "Security group", target, name),
    serverGroupId: (target, name) => lookUp("serverGroups", "Server group", target, name),
  };
}
