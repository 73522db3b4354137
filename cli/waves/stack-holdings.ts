import { z } from "zod";
import { vmOfDisk } from "../../planning/begun.ts";

const Resource = z.object({
  urn: z.string(),
  type: z.string(),
  custom: z.boolean().default(false),
  inputs: z.looseObject({ stdin: z.string().optional().catch(undefined) }).default({}),
});
const Export = z.object({
  deployment: z
    .object({ resources: z.array(Resource).nullish(), pending_operations: z.array(z.unknown()).nullish() })
    .nullish(),
});
/** Of a seal, or of the stage that makes a template an image. */
const SealJob = z.looseObject({ phase: z.string() });

/** What keeps a wave from being archived. */
export interface StackHoldings {
  /** Keys of VMs with a server or volumes that are not accepted, sorted. */
  readonly open: readonly string[];
  /** Keys of VMs that are accepted. */
  readonly accepted: readonly string[];
  /** Resources that belong to none of these, and operations that were interrupted. */
  readonly others: number;
}

/**
 * Reads what `pulumi stack export` printed. A VM counts as accepted when its seal was run with that phase: from then on the
 * ledger keeps everybody from rolling it back. What the plan says does not count: it may not have been run.
 * @returns null when the text is no state of a stack
 */
export function stackHoldings(text: string): StackHoldings | null {
  const parsed = Export.safeParse(jsonOf(text));
  if (!parsed.success) return null;
  const resources = (parsed.data.deployment?.resources ?? []).filter(
    ({ custom, type }) => custom && !type.startsWith("pulumi:"),
  );
  const owners = new Set(resources.map(ownerOf).filter((key) => key !== null));
  const accepted = new Set(resources.flatMap((one) => acceptedBy(one) ?? []));
  const pending = parsed.data.deployment?.pending_operations ?? [];
  return {
    open: [...owners].filter((key) => !accepted.has(key)).sort(),
    accepted: [...owners].filter((key) => accepted.has(key)).sort(),
    others: resources.filter(({ urn }) => !isPartOf(nameOf(urn), owners)).length + pending.length,
  };
}

/** Stages, ports and disks of a VM that has volumes are part of it. */
function isPartOf(name: string, owners: ReadonlySet<string>): boolean {
  const [, key = name] = /^(.+?)-(?:[a-z]+|(?:disk|nic|import|delta)-\d+)$/.exec(name) ?? [];
  return owners.has(name) || owners.has(key) || owners.has(name.replace(/-[a-z]+$/, ""));
}

const nameOf = (urn: string): string => urn.slice(urn.lastIndexOf("::") + 2);

/** The VM whose server, volume or image it is. */
function ownerOf({ urn, type }: z.infer<typeof Resource>): string | null {
  if (type === "openstack:compute/instance:Instance") return nameOf(urn);
  if (type === "command:local:Command") return /^(.+)-image$/.exec(nameOf(urn))?.[1] ?? null;
  return type === "openstack:blockstorage/volume:Volume" ? vmOfDisk(nameOf(urn)) : null;
}

function acceptedBy({ urn, inputs: { stdin } }: z.infer<typeof Resource>): string | null {
  const [, key] = /^(.+)-(?:seal|image)$/.exec(nameOf(urn)) ?? [];
  if (key === undefined || stdin === undefined) return null;
  return SealJob.safeParse(jsonOf(stdin)).data?.phase === "accepted" ? key : null;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
