import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readGroupFacts } from "../../cloud/read-group-facts.ts";
import { onTheirWay, refusalOf, usesOf, type GroupIds } from "../../planning/group-users.ts";
import { exitCodes, type ExitCode } from "../exit-codes.ts";
import { badInput, Failure, messageOf, refused } from "../failure.ts";
import { GROUP_IDS, GuardedIds, GuardJob, type GuardVerb } from "./job.ts";

/**
 * A guard of what waves share. Neutron refuses to delete a security group that is in use, but lets its rules go, and
 * Nova deletes a server group with members without a word. Pulumi deletes what depends on a group before the group and
 * its rules: this guard's delete, which asks the cloud. It asks only APIs, so it runs on this side, without a runner.
 */
export async function runGuard(verb: GuardVerb, stdin: string, env: NodeJS.ProcessEnv): Promise<ExitCode> {
  try {
    const { job, ids } = readGuard(stdin, env);
    const result = verb === "guard" ? "in place" : await withCloud(job, env, (client) => release(client, job, ids));
    process.stdout.write(`${JSON.stringify({ version: 1, verb, target: job.target, scope: job.scope, result })}\n`);
    return exitCodes.ok;
  } catch (error) {
    process.stderr.write(`error: ${messageOf(error)}\n`);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  }
}

/** @throws a refusal that names every user */
export async function release(client: CloudClient, job: GuardJob, ids: GroupIds): Promise<string> {
  const facts = await readGroupFacts(client, Object.values(ids.serverGroups));
  const uses = [...usesOf(facts, ids), ...(job.scope === "target" ? onTheirWay(facts, job.stack) : [])];
  if (uses.length > 0) throw refused(refusalOf(job.target, uses));
  return "nobody uses it: may go";
}

/** @throws all faults of job and environment */
function readGuard(stdin: string, env: NodeJS.ProcessEnv): { job: GuardJob; ids: GroupIds } {
  try {
    return { job: GuardJob.parse(JSON.parse(stdin)), ids: GuardedIds.parse(JSON.parse(env[GROUP_IDS] ?? "")) };
  } catch (error) {
    throw badInput(`the job on standard input or ${GROUP_IDS} in the environment is wrong: ${messageOf(error)}`);
  }
}

async function withCloud<T>(
  job: GuardJob,
  env: NodeJS.ProcessEnv,
  use: (client: CloudClient) => Promise<T>,
): Promise<T> {
  const client = await connect(readCloudEntry(job.cloud, env, process.cwd()));
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}
