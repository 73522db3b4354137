import { createHash } from "node:crypto";
import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import { markMetadata } from "../planning/mark.ts";
import type { MigratedDisk } from "./migrated-disk.ts";
import type { SharedGroups } from "./shared-groups.ts";
import type { VmContext } from "./vm-context.ts";

export interface ServerArgs {
  readonly vm: VmContext;
  readonly groups: SharedGroups;
  /** The boot disk first, as planned. */
  readonly disks: readonly MigratedDisk[];
  readonly ports: readonly openstack.networking.Port[];
  /** Nova has the server in ERROR now. */
  readonly inError: boolean;
}

/** Name of the server's metadata that holds the digest of its image properties. */
const HARDWARE = "wavelift_hardware";

/** Digest of the image properties: Nova reads them only when a server is made, so a change needs a new server. */
function hardwareDigest(imageProperties: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(imageProperties).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("hex").slice(0, 16);
}

/** The server: made from its volumes with all disks in order, on its ports in NIC order. */
export function server(
  { vm, groups, disks, ports, inError }: ServerArgs,
  opts: pulumi.CustomResourceOptions,
): openstack.compute.Instance {
  const { planned, stack } = vm;
  return new openstack.compute.Instance(
    planned.key,
    {
      name: planned.name,
      flavorName: planned.flavor.name,
      // All disks in one call: separate attachments run side by side and get their device names in random order.
      blockDevices: disks.map((disk, position) => ({
        uuid: disk.volume.id,
        sourceType: "volume",
        destinationType: "volume",
        bootIndex: position === 0 ? 0 : -1,
        deleteOnTermination: false,
      })),
      // The provider takes one of the two: an empty list beside the mode is a conflict.
      ...(ports.length === 0 ? { networkMode: "none" } : { networks: ports.map((port) => ({ port: port.id })) }),
      metadata: {
        ...markMetadata({ stack, key: planned.key, generation: planned.generation }),
        [HARDWARE]: hardwareDigest(planned.imageProperties),
      },
      ...(planned.availabilityZone === null ? {} : { availabilityZone: planned.availabilityZone }),
      ...(planned.serverGroup === null
        ? {}
        : { schedulerHints: [{ group: groups.serverGroupId(planned.target, planned.serverGroup) }] }),
      stopBeforeDestroy: true,
      vendorOptions: { detachPortsBeforeDestroy: true },
    },
    {
      ...opts,
      // Volumes and ports belong to one server at a time.
      deleteBeforeReplace: true,
      // Other hardware is the one wanted reason for a new server; it keeps its volumes and ports.
      // And a server that could not be made (no host had room) is in the state as one whose making failed: Pulumi would
      // call it updated. Where Nova says ERROR it is made again; one that runs is not replaced for a failed update.
      replaceOnChanges: [`metadata.${HARDWARE}`, ...(inError ? ["#initerror"] : [])],
      ignoreChanges: [
        "blockDevices",
        "networks",
        "networkMode",
        "userData",
        "availabilityZone",
        "keyPair",
        "schedulerHints",
        "region",
      ],
      // A server with volumes stands within minutes, or Nova never gets there: whoever depends on it waits that long.
      customTimeouts: { create: "30m", update: "60m", delete: "30m" },
    },
  );
}
