import type { Work } from "../input.ts";
import { makeImage } from "./image.ts";
import { commitDisk } from "../instant/commit.ts";
import { importDisk } from "./import.ts";
import { lookForLeftovers, purgeTrash } from "./leftovers.ts";
import { readyServer } from "./ready.ts";
import { releaseDisk } from "./release.ts";
import { sealVm } from "./seal.ts";
import { checkSource, restoreSource } from "./source.ts";
import { syncDisk } from "./sync.ts";
import { takeBack } from "./unseal.ts";
import { removeImage } from "./unimage.ts";
import type { Outcome, World } from "./world.ts";

/** Does what a verb says. */
export async function perform(world: World, work: Work): Promise<Outcome> {
  switch (work.verb) {
    case "source":
      return checkSource(world, work);
    case "restore":
      return restoreSource(world, work);
    case "import":
      return importDisk(world, work);
    case "sync":
      return syncDisk(world, work);
    case "release":
      return releaseDisk(world, work);
    case "commit":
      return commitDisk(world, work);
    case "seal":
      return sealVm(world, work);
    case "unseal":
    case "rollback":
      return takeBack(world, work);
    case "ready":
      return readyServer(world, work);
    case "image":
    case "image-sync":
      return makeImage(world, work);
    case "unimage":
      return removeImage(world, work);
    case "leftovers":
      return lookForLeftovers(world, work);
    case "purge":
      return purgeTrash(world, work);
  }
}
