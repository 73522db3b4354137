import type { ResourceValidationArgs } from "@pulumi/policy";
import { z } from "zod";
import type { Mark } from "../cloud/offer.ts";
import { vmOfDisk } from "../planning/begun.ts";
import { readMark, readPortMark } from "../planning/mark.ts";
import { object, text, texts, type Props } from "./props.ts";

/** A resource that is judged, and the VM that it belongs to. */
export interface Subject {
  readonly urn: string;
  /** Name of the resource: KEY, KEY-disk-N, KEY-nic-N, KEY-import-N, ... */
  readonly name: string;
  readonly props: Props;
  /** Key of the VM in the plan; null for what VMs share. */
  readonly vm: string | null;
  /** project/stack as the mark says it; null when it carries none. */
  readonly stack: string | null;
  /** Entry of clouds.yaml that the resource goes to; null when its provider names none. */
  readonly cloud: string | null;
}

/** What a stage's job says of itself (conversion/job.ts). */
const Job = z.looseObject({ stack: z.string(), vm: z.string(), cloud: z.string() });

/** The resource that a policy was called with. */
export function subjectOf(args: Pick<ResourceValidationArgs, "urn" | "name" | "props" | "type" | "provider">): Subject {
  const props: Props = args.props;
  const { urn, name } = args;
  const job = Job.safeParse(parseJson(text(props, "stdin"))).data;
  if (job !== undefined) return { urn, name, props, ...job };
  const mark = markOf(props);
  const cloud = text(args.provider?.props ?? {}, "cloud") ?? null;
  return { urn, name, props, vm: vmOf(args.type, name, mark), stack: mark?.stack ?? null, cloud };
}

/** The mark in metadata (volumes, servers) or tags and description (ports); null when there is none or it is not known yet. */
function markOf(props: Props): Mark | null {
  const metadata = object(props, "metadata");
  const known = Object.keys(metadata).flatMap((key) => {
    const value = text(metadata, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return readMark(Object.fromEntries(known)) ?? readPortMark(texts(props, "tags"), text(props, "description") ?? "");
}

/** The mark's key is the VM's, or the name of a disk; without a mark the resource's name tells. */
function vmOf(type: string, name: string, mark: Mark | null): string | null {
  switch (type) {
    case "openstack:blockstorage/volume:Volume":
      return vmOfDisk(mark?.key ?? name);
    case "openstack:networking/port:Port":
      return mark?.key ?? /^(.+)-nic-\d+$/.exec(name)?.[1] ?? null;
    case "openstack:compute/instance:Instance":
      return mark?.key ?? name;
    default:
      return null;
  }
}

function parseJson(value: string | undefined): unknown {
  try {
    return JSON.parse(value ?? "null") as unknown;
  } catch {
    return null;
  }
}
