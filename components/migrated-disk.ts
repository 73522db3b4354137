import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedDisk } from "../inventory/schema/wave.ts";
import { estateMetadata, markMetadata } from "../planning/mark.ts";
import { cleanName } from "../planning/names.ts";
import type { VmContext } from "./vm-context.ts";

export interface MigratedDiskArgs {
  readonly vm: VmContext;
  readonly disk: PlannedDisk;
}

/** A disk of a VM: its volume in Cinder, and the parent of the stages that fill it (disk-import.ts). */
export class MigratedDisk extends pulumi.ComponentResource {
  readonly planned: PlannedDisk;
  readonly volume: openstack.blockstorage.Volume;

  constructor(name: string, { vm, disk }: MigratedDiskArgs, opts: pulumi.ComponentResourceOptions) {
    super("wavelift:index:MigratedDisk", name, {}, opts);
    this.planned = disk;
    this.volume = new openstack.blockstorage.Volume(
      name,
      {
        name: disk.name,
        description: cleanName(`${disk.label} of ${vm.planned.sourceName}`),
        size: disk.sizeGiB,
        volumeType: disk.volumeType,
        metadata: {
          ...markMetadata({ stack: vm.stack, key: disk.key, generation: vm.planned.generation }),
          ...estateMetadata(vm.estate),
        },
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
    this.registerOutputs({ volumeId: this.volume.id });
  }
}
