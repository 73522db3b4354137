import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { GuardVerb } from "../conversion/guard/job.ts";
import { printableJson } from "../inventory/json.ts";
import type { Verb } from "../conversion/job.ts";

/** What a stage's Command runs, and with what. */
export interface StageArgs {
  readonly create: Verb | GuardVerb;
  /**
   * Verb for any edit of the job. Never left out: without it @pulumi/command runs `create` again for every edited
   * label or option, which for an import is a second copy over a live disk.
   */
  readonly update: Verb | GuardVerb;
  readonly delete: Verb | GuardVerb;
  /** Everything that is known at preview: it is shown there, and an edit shows as a readable difference. */
  readonly job: object;
  /** What is known only at run time (ids). Inside `job` one unknown would hide the whole of it from the reviewer. */
  readonly environment?: Record<string, pulumi.Input<string>>;
  /** Ids whose change makes the stage a new one. Set from the first version: adding triggers later replaces too. */
  readonly triggers?: pulumi.Input<string>[];
}

/**
 * One stage of a migration: a Command that hands its job to the launcher. The interpreter is constant and relative to
 * the project's folder, so no host, version or absolute path enters the state.
 */
export function stage(name: string, args: StageArgs, options: pulumi.CustomResourceOptions): command.local.Command {
  return new command.local.Command(
    name,
    {
      interpreter: ["node", "bin/convert.mjs"],
      create: args.create,
      update: args.update,
      delete: args.delete,
      stdin: printableJson(args.job, 1),
      environment: args.environment ?? {},
      triggers: args.triggers ?? [],
      logging: command.local.Logging.Stderr,
      addPreviousOutputInEnv: false,
    },
    options,
  );
}
