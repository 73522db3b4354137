import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import type { PoolAccess } from "../../conversion/rbd/rbd.ts";

/** The lab's pool. */
export const access: PoolAccess = { pool: "volumes", user: "cinder", conf: "/etc/ceph/ceph.conf" };

const rbd = (...args: readonly string[]): void => {
  execFileSync("rbd", ["--id", access.user, "--conf", access.conf, "--no-progress", ...args], { stdio: "ignore" });
};

/** A new volume's id; its image of this size is there, as Cinder makes it, unless it is null. */
export function newVolume(capacityBytes: number | null): { readonly volumeId: string; readonly image: string } {
  const volumeId = randomUUID();
  const image = `volume-${volumeId}`;
  if (capacityBytes !== null) rbd("create", `${access.pool}/${image}`, "--size", `${capacityBytes / 1024 ** 3}G`);
  return { volumeId, image };
}

export const removeImage = (image: string): void => {
  rbd("rm", `${access.pool}/${image}`);
};
