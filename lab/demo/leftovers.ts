import { execa } from "execa";
import { connect } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { readOffer } from "../../cloud/read-offer.ts";
import type { CloudOffer, ExistingVolume } from "../../cloud/offer.ts";

type Marked = Pick<ExistingVolume, "id" | "name" | "mark">;

/** What a cloud still holds of a stack, one line each. */
export function leftoversOf(offer: CloudOffer, stack: string): string[] {
  const ours = (noun: string, found: readonly Marked[]): string[] =>
    found
      .filter(({ mark }) => mark?.stack === stack)
      .map(({ id, name }) => `${noun} ${name} (${id}) in ${offer.target}`);
  return [
    ...ours("server", offer.servers),
    ...ours("volume", offer.volumes),
    ...ours("port", offer.ports),
    ...ours("image", offer.images ?? []),
  ];
}

/** Reads the offers of clouds.yaml entries. */
export async function offersOf(clouds: readonly string[]): Promise<CloudOffer[]> {
  return Promise.all(
    clouds.map(async (cloud) => {
      const client = await connect(readCloudEntry(cloud));
      try {
        return await readOffer(client, cloud);
      } finally {
        await client.close();
      }
    }),
  );
}

/** RBD images and trash entries of the pool whose volume is among `volumeIds`. */
export async function imagesOf(volumeIds: readonly string[], pool = "volumes", user = "cinder"): Promise<string[]> {
  const list = async (...args: string[]): Promise<string[]> =>
    (await execa("rbd", ["--id", user, "--pool", pool, ...args])).stdout.split("\n").filter((line) => line !== "");
  const images = (await list("ls")).map((name) => `RBD image ${name}`);
  const trash = (await list("trash", "ls", "--all")).map((line) => `RBD trash entry ${line}`);
  return [...images, ...trash].filter((line) => volumeIds.some((id) => line.includes(id)));
}
