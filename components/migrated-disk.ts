import type * as command from "@pulumi/command";
import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ImportJob } from "../conversion/job.ts";
import { importName } from "../inventory/schema/names.ts";
import type { PlannedDisk } from "../inventory/schema/wave.ts";
import { markMetadata } from "../planning/mark.ts";
import type { VmContext } from "./vm-context.ts";
import { stage } from "./stage.ts";

export interface MigratedDiskArgs {
  readonly vm: VmContext;
  readonly disk: PlannedDisk;
  /** What must be done before the copy starts: the stage `source` of a cold migration. */
  readonly after: readonly pulumi.Resource[];
}

/** A disk of a VM: its volume in Cinder and the import that fills it. */
export class MigratedDisk extends pulumi.ComponentResource {
  /** Id of the volume. */
  readonly volumeId: pulumi.Output<string>;
  /** The import; what needs the data waits for it. */
  readonly imported: command.local.Command;
  /** Report of the import, one line of JSON. */
  readonly report: pulumi.Output<string>;

  constructor(name: string, args: MigratedDiskArgs, opts: pulumi.ComponentResourceOptions) {
    super("wavelift:index:MigratedDisk", name, {}, opts);
    const volume = this.volume(name, args);
    this.imported = this.import(volume, args);
    this.volumeId = volume.id;
    this.report = this.imported.stdout;
    this.registerOutputs({ volumeId: this.volumeId, report: this.report });
  }

  private volume(name: string, { vm, disk }: MigratedDiskArgs): openstack.blockstorage.Volume {
    return new openstack.blockstorage.Volume(
      name,
      {
        name: disk.name,
        description: `${disk.label} of ${vm.planned.sourceName}`.slice(0, 255),
        size: disk.sizeGiB,
        volumeType: disk.volumeType,
        metadata: markMetadata({ stack: vm.stack, key: disk.key, generation: vm.planned.generation }),
        ...(vm.planned.availabilityZone === null ? {} : { availabilityZone: vm.planned.availabilityZone }),
      },
      {
        parent: this,
        // A replaced volume is a lost disk: these force a new one in @pulumi/openstack 3.15.2 and are never applied to
        // one that is there. `metadata` is the mark that the import checks: it belongs to the data, not to the plan.
        ignoreChanges: ["availabilityZone", "volumeType", "imageId", "snapshotId", "sourceVolId", "region", "metadata"],
        customTimeouts: { create: "30m", update: "30m", delete: "30m" },
      },
    );
  }

  private import(volume: openstack.blockstorage.Volume, { vm, disk, after }: MigratedDiskArgs): command.local.Command {
    const { deviceKey, key, sizeGiB, source, capacityBytes } = disk;
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
        environment: { WAVELIFT_VOLUME_ID: volume.id },
        triggers: [volume.id],
      },
      { parent: this, dependsOn: [...after], deletedWith: volume, customTimeouts: { create: "168h", update: "168h" } },
    );
  }
}
