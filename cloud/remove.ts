import { setTimeout as delay } from "node:timers/promises";
import type { CloudClient } from "./client.ts";
import { getVolume } from "./cinder.ts";
import { CloudError } from "./cloud-error.ts";
import { getServer } from "./nova.ts";
import type { ServiceType } from "./service.ts";

/** How long removals may take; given in tests only. */
export interface RemovePatience {
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<unknown>;
  /** For a server to shut down by itself before it is removed. Nova gives a guest 60 s by default. */
  readonly stopMs: number;
  /** For a thing to be gone after the request. */
  readonly goneMs: number;
  /** For Cinder to finish a volume that it is still creating. */
  readonly settleMs: number;
}

export const removePatience: RemovePatience = {
  now: () => performance.now(),
  sleep: delay,
  stopMs: 90_000,
  goneMs: 180_000,
  settleMs: 60_000,
};

const POLL_MS = 1000;

/** What a person does about a volume that cannot be removed as it stands; null when its status is no obstacle. */
export function volumeRemedy(id: string, status: string): string | null {
  if (status === "error_deleting")
    return (
      `Cinder failed to delete it (error_deleting): the reason is in the log of cinder-volume. When it is mended, an ` +
      `administrator runs \`openstack volume set --state available ${id}\`; then run this again`
    );
  if (status === "deleting")
    return (
      `Cinder is still deleting it: is cinder-volume up? Where it never ends, an administrator runs ` +
      `\`openstack volume set --state error ${id}\`; then run this again`
    );
  if (["creating", "downloading"].includes(status))
    return (
      `Cinder is still creating it: run this again later. Where it never ends, an administrator runs ` +
      `\`openstack volume set --state error ${id}\``
    );
  if (["available", "error", "in-use"].includes(status)) return null;
  return `its status is ${status}: wait until Cinder is done with it, or have an administrator look; then run this again`;
}

/** Removes a volume that is attached to nothing. Null when it is gone, else why it is not and what to do. */
export async function removeVolume(client: CloudClient, id: string, patience = removePatience): Promise<string | null> {
  const settled = await settledStatus(client, id, patience);
  if (settled === null) return null;
  const obstacle = settled === "deleting" ? null : volumeRemedy(id, settled);
  if (obstacle !== null) return obstacle;
  const end = patience.now() + patience.goneMs;
  for (let asked = settled === "deleting"; ;) {
    if (!asked) await remove(client, "block-storage", `/volumes/${encodeURIComponent(id)}`);
    asked = true;
    const status = (await getVolume(client, id))?.status ?? null;
    if (status === null) return null;
    if (status === "error_deleting" || patience.now() >= end)
      return (
        volumeRemedy(id, status) ??
        `it is ${status} again after its removal: is its image held open (rbd status; docs/copying.md, "What heals")?`
      );
    // Cinder gives a volume back as available when its image was busy: a client that died keeps it open for 30 s.
    if (status === "available") {
      await patience.sleep(5 * POLL_MS);
      asked = false;
    } else await patience.sleep(POLL_MS);
  }
}

async function settledStatus(client: CloudClient, id: string, patience: RemovePatience): Promise<string | null> {
  const end = patience.now() + patience.settleMs;
  for (;;) {
    const status = (await getVolume(client, id))?.status ?? null;
    if (
      status === null ||
      !["creating", "downloading", "detaching", "in-use"].includes(status) ||
      patience.now() >= end
    )
      return status;
    await patience.sleep(POLL_MS);
  }
}

/** Shuts a server down, if it will, and removes it. Its volumes and ports stay. Null when it is gone, else why not. */
export async function removeServer(client: CloudClient, id: string, patience = removePatience): Promise<string | null> {
  const path = `/servers/${encodeURIComponent(id)}`;
  const status = async (): Promise<string | null> => (await getServer(client, id))?.status ?? null;
  if ((await status()) === "ACTIVE") {
    // Its disks are those of the wave: a guest that has come up closes its file systems first.
    await client.request("compute", "POST", `${path}/action`, { "os-stop": null }).catch(ignoreConflict);
    const end = patience.now() + patience.stopMs;
    while ((await status()) === "ACTIVE" && patience.now() < end) await patience.sleep(POLL_MS);
  }
  await remove(client, "compute", path);
  const end = patience.now() + patience.goneMs;
  for (;;) {
    const now = await status();
    if (now === null) return null;
    if (patience.now() >= end)
      return (
        `Nova has not removed it after ${patience.goneMs / 1000} s (status ${now}): is nova-compute up? ` +
        `\`openstack server show ${id}\` says where it hangs; then run this again`
      );
    await patience.sleep(POLL_MS);
  }
}

/** Removes a port. */
export async function removePort(client: CloudClient, id: string): Promise<string | null> {
  await remove(client, "network", `/ports/${encodeURIComponent(id)}`);
  return null;
}

/** DELETE; what is gone already is fine. */
async function remove(client: CloudClient, service: ServiceType, path: string): Promise<void> {
  try {
    await client.request(service, "DELETE", path);
  } catch (error) {
    if (!(error instanceof CloudError && error.status === 404)) throw error;
  }
}

/** It is stopping already, or going. */
function ignoreConflict(error: unknown): void {
  if (!(error instanceof CloudError && (error.status === 409 || error.status === 404))) throw error;
}
