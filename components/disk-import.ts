import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ImportJob } from "../conversion/job.ts";
import { importName } from "../inventory/schema/names.ts";
import type { MigratedDisk } from "./migrated-disk.ts";
import { stage } from "./stage.ts";
import type { VmContext } from "./vm-context.ts";

/**
 * The import of a disk into its volume.
 * @param after what must be done before the copy starts: the stage `source` of a cold migration
 */
export function diskImport(
  vm: VmContext,
  disk: MigratedDisk,
  after: readonly pulumi.Resource[],
): command.local.Command {
  const { deviceKey, key, sizeGiB, source, capacityBytes } = disk.planned;
  const job: Omit<ImportJob, "sliceMiB"> = {
    ...vm.job,
    disk: key,
    source: { ...source, capacityBytes },
    sizeGiB,
  };
  return stage(
    importName(vm.planned.key, deviceKey),
    {
      create: "import",
      update: "sync",
      delete: "release",
      job,
      environment: { WAVELIFT_VOLUME_ID: disk.volume.id },
      triggers: [disk.volume.id],
    },
    {
      parent: disk,
      dependsOn: [...after],
      deletedWith: disk.volume,
      customTimeouts: { create: "168h", update: "168h" },
    },
  );
}
