import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { reasonOf, run } from "../commands.ts";
import type { Commands } from "../effects.ts";
import { failed } from "../failure.ts";
import type { PoolAccess } from "./rbd.ts";

/** An image in the RBD trash of a pool. */
export interface TrashEntry {
  readonly id: string;
  /** The name it had. */
  readonly name: string;
}

/** The RBD trash of one pool. Cinder moves an image there that has a snapshot, and calls its volume deleted. */
export interface Trash {
  list(): Promise<TrashEntry[]>;
  /** Value of a key of the image's metadata, null when it has none. */
  metadata(id: string, key: string): Promise<string | null>;
  /** Removes the image with its snapshots. Null when it is gone, else why it is not. */
  remove(id: string): Promise<string | null>;
}

const TIMEOUT_MS = 120_000;
/** A client that was killed keeps its watch for 30 s: so long is an image called busy that is not. */
const BUSY_TRIES = 20;
const BUSY_PAUSE_MS = 2000;
const EBUSY = 16;

const Entries = z.array(z.object({ id: z.string(), name: z.string() }));

/** @param folder private folder for the value of a metadata key */
export function openTrash(
  commands: Commands,
  access: PoolAccess,
  folder: string,
  sleep: (milliseconds: number) => Promise<void>,
): Trash {
  const login = ["--conf", access.conf, "--id", access.user, "--pool", access.pool];
  const rbd = (...args: string[]) => run(commands, "rbd", [...login, ...args], { timeoutMs: TIMEOUT_MS });
  return {
    async list() {
      // With --all: also what was on its way out when its remover was killed.
      const finished = await rbd("trash", "ls", "--all", "--format", "json");
      if (finished.code !== 0) throw failed(`rbd trash ls of the pool ${access.pool} failed: ${reasonOf(finished)}`);
      return Entries.parse(JSON.parse(finished.stdout));
    },
    async metadata(id, key) {
      // `rbd image-meta` knows names only; an image in the trash has none. Its header object is where librbd keeps it.
      const file = path.join(folder, `trash-${id}`);
      const args = [...login, "getomapval", `rbd_header.${id}`, `metadata_${key}`, file];
      const finished = await run(commands, "rados", args, { timeoutMs: TIMEOUT_MS });
      if (finished.code !== 0) return null;
      try {
        return readFileSync(file, "utf8");
      } finally {
        rmSync(file, { force: true });
      }
    },
    async remove(id) {
      const snapshots = await rbd("snap", "purge", "--no-progress", "--image-id", id);
      // Where this fails, the removal fails too and says why.
      const purged = snapshots.code === 0 ? "" : ` (rbd snap purge: ${reasonOf(snapshots)})`;
      for (let attempt = 1; ; attempt += 1) {
        const finished = await rbd("trash", "rm", "--no-progress", id);
        if (finished.code === 0 || finished.stderr.includes("(2) No such file or directory")) return null;
        if (finished.code !== EBUSY || attempt >= BUSY_TRIES) return `${reasonOf(finished)}${purged}`;
        await sleep(BUSY_PAUSE_MS);
      }
    },
  };
}
