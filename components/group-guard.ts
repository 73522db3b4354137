import type * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { GROUP_IDS, type GuardJob } from "../conversion/guard/job.ts";
import { stage } from "./stage.ts";

/** Groups of a target by the plan's names. */
export interface GuardedGroups {
  readonly securityGroups: Readonly<Record<string, pulumi.Output<string>>>;
  readonly serverGroups: Readonly<Record<string, pulumi.Output<string>>>;
}

/**
 * A Command whose delete refuses while anybody uses the groups. It depends on them and on their rules, so Pulumi deletes
 * it first, and, when that fails, none of them, whoever runs it: `wavelift` or bare `pulumi`, destroy, a group that left
 * the plan, or (by the trigger) one that is replaced.
 */
export function groupGuard(
  name: string,
  job: Omit<GuardJob, "version" | "securityGroups" | "serverGroups">,
  { securityGroups, serverGroups }: GuardedGroups,
  options: pulumi.CustomResourceOptions,
): command.local.Command {
  const names = {
    securityGroups: Object.keys(securityGroups).sort(),
    serverGroups: Object.keys(serverGroups).sort(),
  };
  return stage(
    name,
    {
      create: "guard",
      update: "guard",
      delete: "unguard",
      job: { version: 1, ...job, ...names },
      environment: { [GROUP_IDS]: pulumi.jsonStringify({ securityGroups, serverGroups }) },
      // All groups of a target change with every edit of the plan: only the guard of one goes with its group.
      triggers: job.scope === "group" ? [...Object.values(securityGroups), ...Object.values(serverGroups)] : [],
    },
    { ...options, customTimeouts: { create: "10m", update: "10m", delete: "10m" } },
  );
}
