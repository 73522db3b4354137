import { z } from "zod";
import { badInput } from "./failure.ts";
import {
  ImageJob,
  ImageRemovalJob,
  ImportJob,
  LeftoversJob,
  PurgeJob,
  ReadyJob,
  SealJob,
  SourceJob,
  VolumeIds,
  verbs,
  type Verb,
} from "./job.ts";

const Ids = {
  source: z.object({ volumeIds: VolumeIds.optional() }),
  volume: z.object({ volumeId: z.uuid() }),
  volumes: z.object({ volumeIds: VolumeIds }),
  server: z.object({ serverId: z.uuid(), volumeIds: VolumeIds }),
};

const { source, volume, volumes, server } = Ids;

/** A verb with its job and the ids from the environment, checked. */
export const Work = z.discriminatedUnion("verb", [
  source.extend({ verb: z.literal("source"), job: SourceJob }),
  source.extend({ verb: z.literal("restore"), job: SourceJob }),
  volume.extend({ verb: z.literal("import"), job: ImportJob }),
  volume.extend({ verb: z.literal("sync"), job: ImportJob }),
  volume.extend({ verb: z.literal("release"), job: ImportJob }),
  volume.extend({ verb: z.literal("commit"), job: ImportJob }),
  volumes.extend({ verb: z.literal("seal"), job: SealJob }),
  volumes.extend({ verb: z.literal("unseal"), job: SealJob }),
  server.extend({ verb: z.literal("ready"), job: ReadyJob }),
  server.extend({ verb: z.literal("rollback"), job: ReadyJob }),
  z.object({ verb: z.literal("image"), job: ImageJob }),
  z.object({ verb: z.literal("image-sync"), job: ImageJob }),
  z.object({ verb: z.literal("unimage"), job: ImageRemovalJob }),
  z.object({ verb: z.literal("leftovers"), job: LeftoversJob }),
  z.object({ verb: z.literal("purge"), job: PurgeJob }),
]);
export type Work = z.infer<typeof Work>;
export type WorkOf<V extends Verb> = Extract<Work, { verb: V }>;

/** Where each id comes from. */
const variables = {
  volumeId: "WAVELIFT_VOLUME_ID",
  volumeIds: "WAVELIFT_VOLUME_IDS",
  serverId: "WAVELIFT_SERVER_ID",
} as const;

/** The verb of the command line. */
export function readVerb(text: string | undefined): Verb {
  const verb = verbs.find((known) => known === text);
  if (verb === undefined)
    throw badInput(`unknown verb ${JSON.stringify(text ?? "")}: expected one of ${verbs.join(", ")}.`);
  return verb;
}

/**
 * Reads what Pulumi gives a Command: verb (argument), job (stdin) and ids (environment).
 * @throws all faults at once
 */
export function readWork(verb: Verb, stdin: string, env: NodeJS.ProcessEnv): Work {
  const job = json(stdin, "the job on standard input");
  const result = Work.safeParse({
    verb,
    job,
    volumeId: env[variables.volumeId],
    serverId: env[variables.serverId],
    volumeIds:
      env[variables.volumeIds] === undefined ? undefined : json(env[variables.volumeIds] ?? "", variables.volumeIds),
  });
  if (result.success) return checkDisks(result.data);
  const faults = result.error.issues.map(({ path, message }) => {
    const [first] = path;
    const id = Object.entries(variables).find(([field]) => field === first)?.[1];
    return id === undefined ? `  ${path.map(String).join(".")}: ${message}` : `  environment ${id}: ${message}`;
  });
  throw badInput(`the input of "${verb}" is wrong:\n${faults.join("\n")}`);
}

/** Every disk of a job needs its volume's id. */
function checkDisks(work: Work): Work {
  if (work.verb === "source" || work.verb === "restore" || !("volumeIds" in work)) return work;
  const missing = work.job.disks.filter((disk) => !Object.hasOwn(work.volumeIds, disk));
  if (missing.length > 0) throw badInput(`${variables.volumeIds} has no id for ${missing.join(", ")}.`);
  return work;
}

function json(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw badInput(`${what} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}
