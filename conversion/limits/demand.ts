import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Work } from "../input.ts";

/** What the copy of one disk takes of what is limited. */
export interface Demand {
  /** The disk's resource name. */
  readonly what: string;
  /** project/stack that it belongs to. */
  readonly stack: string;
  /** ESXi host that the bytes come through, as the inventory names it; null: none, or it is not known. */
  readonly esxiHost: string | null;
  /** Datastores that are read. */
  readonly datastores: readonly string[];
  /** Size of the disk: among those that wait, the largest goes first. */
  readonly bytes: number;
}

/** What is looked up in a VM's file of the estate. */
const Facts = z.object({ esxiHost: z.string().min(1).nullable().default(null) });

/** Ways to a disk that go past every ESXi host: the conversion host reads a file that it sees itself. */
const PAST_ESXI: ReadonlySet<string> = new Set(["file", "ova"]);

/**
 * What a job takes; null for a verb that copies nothing. The ESXi host is a volatile fact, so it stands in no job: it is
 * read here, at run time, from what the inventory said last (WAVELIFT_INVENTORY, default `inventory`).
 * @param seenDatastores those that conversion hosts see as folders
 * @param folder the project's folder, which a relative path of the inventory belongs to
 */
export async function demandOf(
  work: Work,
  seenDatastores: ReadonlySet<string>,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<Demand | null> {
  if (!isCopy(work)) return null;
  const { disk, stack, vm, source } = work.job;
  // `auto` takes the file where the conversion host sees the datastore.
  const isSeen = source.transport === "auto" && seenDatastores.has(source.datastore);
  const isPast = PAST_ESXI.has(source.transport) || isSeen;
  const esxiHost = isPast ? null : await esxiHostOf(vm, resolve(folder, env["WAVELIFT_INVENTORY"] ?? "inventory"));
  return { what: disk, stack, esxiHost, datastores: [source.datastore], bytes: source.capacityBytes };
}

function isCopy(work: Work): work is Extract<Work, { verb: "import" | "sync" | "image" | "image-sync" }> {
  return ["import", "sync", "image", "image-sync"].includes(work.verb);
}

/**
 * The host where the VM was seen last; null where the estate does not say, or cannot be read: then no host is limited. (Not
 * by the estate's whole schema: who waits for hours is to stay small.)
 */
async function esxiHostOf(vm: string, inventory: string): Promise<string | null> {
  try {
    return Facts.parse(JSON.parse(await readFile(join(inventory, "estate", `${vm}.json`), "utf8"))).esxiHost;
  } catch {
    return null;
  }
}
