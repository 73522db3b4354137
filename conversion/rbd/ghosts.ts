import { z } from "zod";
import { run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import type { PoolAccess } from "./rbd.ts";

/** A notification waits 10 s for those that do not answer. */
const TIMEOUT_MS = 60_000;

export const Watcher = z.object({ address: z.string(), client: z.int() });
export type Watcher = z.infer<typeof Watcher>;

/**
 * Which of the watchers that Ceph lists for an image are ghosts. A client that is killed just while it opens an image leaves a
 * watch that never ends: it stands in the object's record, and the OSD has set no clock for it (tracker.ceph.com/issues/58120,
 * seen on 16.2; it lasts until the object leaves the OSD's memory, and fencing does not end it). A notification tells: the OSD
 * sends it to every watch that it knows, and names those that answered and those that did not, which may be stopped or
 * killed a moment ago. What it does not name at all is nobody. (librbd answers no message that it cannot read.)
 *
 * @param headerObject the image's header, rbd_header.ID
 * @returns their addresses; none where Ceph does not tell
 */
export async function ghostsAmong(
  commands: Commands,
  { pool, user, conf }: PoolAccess,
  headerObject: string,
  watchers: readonly Watcher[],
): Promise<string[]> {
  const args = ["--conf", conf, "--id", user, "--pool", pool, "notify", headerObject, "wavelift: who is there?"];
  const { code, stdout, stderr } = await run(commands, "rados", args, { timeoutMs: TIMEOUT_MS });
  // Who did not answer makes it an error, too.
  const isTold = code === 0 || stderr.includes("error calling notify: (110)");
  if (!isTold) return [];
  const known = new Set(
    [...stdout.matchAll(/^(?:reply|timeout) client\.(\d+) /gm)].map(([, client]) => Number(client)),
  );
  return watchers.filter(({ client }) => !known.has(client)).map(({ address }) => address);
}
