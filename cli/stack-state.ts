import { z } from "zod";
import type { KnownImages } from "../planning/leftover-images.ts";
import type { KnownToState } from "../planning/leftovers.ts";
import { vmOfDisk } from "../planning/begun.ts";
import { UserError } from "./failure.ts";

const Resource = z.object({
  urn: z.string(),
  type: z.string(),
  id: z.string().default(""),
  inputs: z
    .looseObject({ cloud: z.string().optional().catch(undefined), stdin: z.string().optional().catch(undefined) })
    .default({}),
});
/** `pulumi stack export`: of an empty stack, the deployment may be missing. */
const Export = z.object({
  deployment: z
    .object({
      resources: z.array(Resource).nullish(),
      pending_operations: z.array(z.object({ resource: Resource, type: z.string() })).nullish(),
    })
    .nullish(),
});

/** What is read of the job of a VM's seal. */
const AcceptedJob = z.looseObject({
  vm: z.string(),
  target: z.string(),
  cloud: z.string(),
  phase: z.literal("accepted"),
});

/** A VM whose seal was run with the phase `accepted`, and its volumes: that the ledgers say so, too, is for the host to see. */
export interface AcceptedVm {
  readonly vm: string;
  readonly target: string;
  readonly cloud: string;
  readonly volumeIds: readonly string[];
}

const PROVIDER = "pulumi:providers:openstack";
const VM = "wavelift:index:MigratedServer";
const SERVER = "openstack:compute/instance:Instance";
const VOLUME = "openstack:blockstorage/volume:Volume";
const COMMAND = "command:local:Command";
const PORT = "openstack:networking/port:Port";

/** What leftovers are judged by: what the stack's state holds and what was under way when a run was killed. */
export interface StackState extends KnownToState, KnownImages {
  /** Names of the servers and volumes in the state. */
  readonly names: ReadonlySet<string>;
  /** Creations that were interrupted: pulumi keeps them until they are cleared. */
  readonly interrupted: readonly { readonly urn: string; readonly kind: "server" | "port" | "volume" | null }[];
  /** Target -> entry of clouds.yaml, of the providers in the state: also of targets that the wave has left. */
  readonly targets: ReadonlyMap<string, string>;
  readonly accepted: readonly AcceptedVm[];
  /** URN of the stack itself; null while it is empty. */
  readonly root: string | null;
}

/**
 * Reads what `pulumi stack export` printed. Whatever has an id is known, also what is waiting to be deleted and what an
 * interrupted operation speaks of.
 */
export function parseStackState(text: string): StackState {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null;
  }
  const parsed = Export.safeParse(json);
  if (!parsed.success)
    throw new UserError("`pulumi stack export` printed no state of a stack: is this pulumi supported?");
  const resources = parsed.data.deployment?.resources ?? [];
  const operations = parsed.data.deployment?.pending_operations ?? [];
  const creating = operations.filter(({ type }) => type === "creating").map(({ resource }) => resource);
  const all = [...resources, ...operations.map(({ resource }) => resource)];
  return {
    ids: new Set(all.map(({ id }) => id).filter((id) => id !== "")),
    vms: new Set(all.filter(({ type }) => type === VM).map(({ urn }) => nameOf(urn))),
    names: new Set(resources.filter(({ type }) => type === SERVER || type === VOLUME).map(({ urn }) => nameOf(urn))),
    interruptedServers: new Set(creating.filter(({ type }) => type === SERVER).map(({ urn }) => nameOf(urn))),
    imageKeys: new Set(resources.flatMap(imageKeyOf)),
    interruptedImages: new Set(creating.flatMap(imageKeyOf)),
    interrupted: creating.map(({ urn, type }) => ({ urn, kind: kindOf(type) })),
    targets: new Map(
      resources.flatMap(({ type, urn, inputs }) => {
        const target = /^target-(.+)$/.exec(nameOf(urn))?.[1];
        return type === PROVIDER && target !== undefined && inputs.cloud !== undefined
          ? [[target, inputs.cloud] as const]
          : [];
      }),
    ),
    accepted: resources.flatMap((one) => acceptedVm(one, resources) ?? []),
    root: resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.urn ?? null,
  };
}

function acceptedVm(
  { urn, inputs }: z.infer<typeof Resource>,
  all: readonly z.infer<typeof Resource>[],
): AcceptedVm | null {
  if (!nameOf(urn).endsWith("-seal") || inputs.stdin === undefined) return null;
  const job = z.string().transform(parsedJson).pipe(AcceptedJob).safeParse(inputs.stdin).data;
  if (job === undefined) return null;
  const { vm, target, cloud } = job;
  const volumes = all.filter(
    ({ type, urn: name, id }) => type === VOLUME && vmOfDisk(nameOf(name)) === vm && id !== "",
  );
  return { vm, target, cloud, volumeIds: volumes.map(({ id }) => id) };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

/** The resource's name: the last part of its URN. */
const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** Key of the template whose image the stage makes. */
function imageKeyOf({ type, urn }: { readonly type: string; readonly urn: string }): string[] {
  const key = type === COMMAND ? /^(.+)-image$/.exec(nameOf(urn))?.[1] : undefined;
  return key === undefined ? [] : [key];
}

function kindOf(type: string): "server" | "port" | "volume" | null {
  return type === SERVER ? "server" : type === PORT ? "port" : type === VOLUME ? "volume" : null;
}
