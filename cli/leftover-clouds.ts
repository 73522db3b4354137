import { connect, type CloudClient } from "../cloud/client.ts";
import { readCloudEntry } from "../cloud/clouds-yaml.ts";
import { readHoldings } from "../cloud/holdings.ts";
import { messageOf } from "../conversion/failure.ts";
import type { Holdings } from "../planning/holdings.ts";

/** The clouds that a stack's things are in: connections that are kept while leftovers are dealt with. */
export interface LeftoverClouds {
  /** Target -> entry of clouds.yaml; only those that answer. */
  readonly reached: ReadonlyMap<string, { readonly cloud: string; readonly client: CloudClient }>;
  /** Why others do not, now or at the last reading: of those nothing is known, and nothing is removed. */
  readonly faults: ReadonlySet<string>;
  /** What each of them holds; one that fails is left out. */
  read(): Promise<Holdings[]>;
  close(): Promise<void>;
}

/** Connects to all targets side by side. One that does not answer is told and left out. */
export async function openClouds(targets: ReadonlyMap<string, string>): Promise<LeftoverClouds> {
  const faults = new Set<string>();
  const reached = new Map<string, { cloud: string; client: CloudClient }>();
  const notReached =
    (target: string) =>
    (error: unknown): null => {
      faults.add(`target ${target} cannot be looked at: ${messageOf(error)}`);
      return null;
    };
  await Promise.all(
    [...targets].map(async ([target, cloud]) => {
      try {
        reached.set(target, { cloud, client: await connect(readCloudEntry(cloud)) });
      } catch (error) {
        notReached(target)(error);
      }
    }),
  );
  return {
    reached,
    faults,
    read: async () => {
      const read = await Promise.all(
        [...reached].map(([target, { client }]) => readHoldings(client, target).catch(notReached(target))),
      );
      return read.filter((holdings) => holdings !== null);
    },
    close: async () => {
      await Promise.all([...reached.values()].map(({ client }) => client.close()));
    },
  };
}
