import type { Fault } from "../fault.ts";
import { shown } from "../shown.ts";
import type { VsphereSession } from "../vsphere/session.ts";
import { openTags, type Tags } from "../vsphere/tags.ts";
import { VsphereError } from "../vsphere/vsphere-error.ts";
import { sourceFault } from "./reader.ts";

/** Tags as far as the server tells them: without them it still tells the rest. */
export interface Tagging {
  /** "category:tag" of each of these VMs that has any; nothing once the server has failed. */
  of(ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  /** Why tags are missing; null when none are. */
  fault(): Fault | null;
  close(): Promise<void>;
}

/** ESXi hosts have no tags: that is no fault. */
export function openTagging(session: VsphereSession, wanted: boolean): Tagging {
  let tags: Tags | null = null;
  let failed: VsphereError | null = null;
  return {
    async of(ids) {
      if (!wanted || !session.about.isVcenter || failed !== null || ids.length === 0) return new Map();
      try {
        tags ??= await openTags(session);
        return await tags.of(ids);
      } catch (error) {
        if (!(error instanceof VsphereError)) throw error;
        failed = error;
        return new Map();
      }
    },
    fault: () =>
      failed === null
        ? null
        : sourceFault(
            session.server,
            null,
            "tags",
            shown(failed.reason, 200),
            "the tags of all VMs",
            failed.advice ?? "see its REST interface; the VMs were read without tags",
          ),
    close: async () => {
      await tags?.close();
    },
  };
}
