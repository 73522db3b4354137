import type * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { ImportJob } from "../conversion/job.ts";
import { commitName, importName } from "../inventory/schema/names.ts";
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
  return stage(
    importName(vm.planned.key, disk.planned.deviceKey),
    {
      create: "import",
      update: "sync",
      delete: "release",
      job: importJob(vm, disk),
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

/**
 * The end of an instant import: it waits until the disk is copied, and makes its image stand alone. It waits for the import
 * only, and nothing waits for it: the server runs meanwhile, and after a reboot of the conversion host this is what brings
 * its gateway back.
 */
export function diskCommit(vm: VmContext, disk: MigratedDisk, imported: pulumi.Resource): command.local.Command {
  return stage(
    commitName(vm.planned.key, disk.planned.deviceKey),
    {
      create: "commit",
      update: "commit",
      delete: "release",
      job: importJob(vm, disk),
      environment: { WAVELIFT_VOLUME_ID: disk.volume.id },
      triggers: [disk.volume.id],
    },
    {
      parent: disk,
      dependsOn: [imported],
      deletedWith: disk.volume,
      customTimeouts: { create: "168h", update: "168h" },
    },
  );
}

/** Whether the disks of a VM are read from their source until they are copied. Before cutover nothing boots from them. */
export const isInstant = ({ planned }: VmContext): boolean => planned.instant === true && planned.phase !== "precopy";

function importJob(vm: VmContext, disk: MigratedDisk): Omit<ImportJob, "sliceMiB"> {
  const { key, sizeGiB, source, capacityBytes } = disk.planned;
  return {
    ...vm.job,
    ...(isInstant(vm) ? { instant: true } : {}),
    disk: key,
    source: { ...source, capacityBytes },
    sizeGiB,
  };
}
