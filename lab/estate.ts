import { execa } from "execa";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { EstateVm } from "../inventory/schema/estate.ts";
import { type Guest, type GuestDisk, diskFormat, disksOf } from "./guests/definition.ts";
import type { LabPaths } from "./paths.ts";

/** The estate files of the lab's guests: what an inventory of their source would say. */

const VirtualSize = z.object({ "virtual-size": z.int().positive() });

/** Capacity as the disk's own metadata tells it, read with the format given. */
const capacityBytes = async (disk: GuestDisk, paths: LabPaths): Promise<number> => {
  const format = diskFormat(disk.format);
  const file = join(paths.datastores, disk.datastore, disk.file);
  const driver = format === "vhd" ? "vpc" : format;
  const { stdout } = await execa("qemu-img", ["info", "-f", driver, "--output=json", file]);
  return VirtualSize.parse(JSON.parse(stdout))["virtual-size"];
};

/** Device keys are vSphere's: SCSI controller 1000, its disks from 2000, NICs from 4000. Unit 7 is the controller's own. */
const estateVm = (guest: Guest, capacities: readonly number[]): EstateVm =>
  EstateVm.parse({
    version: 1,
    key: guest.key,
    source: { kind: "manual", id: guest.instanceUuid, server: null },
    instanceUuid: guest.instanceUuid,
    name: guest.name,
    // Nobody runs them: the lab has no hypervisor that they would come from.
    powerState: "poweredOff",
    cpus: guest.cpus,
    coresPerSocket: 1,
    memoryMiB: guest.memoryMiB,
    firmware: guest.firmware,
    secureBoot: false,
    tpm: false,
    guestId: "debian12_64Guest",
    hostName: guest.name,
    toolsState: "notInstalled",
    disks: disksOf(guest).map((disk, index) => {
      const unit = index < 7 ? index : index + 1;
      return {
        deviceKey: 2000 + unit,
        label: `Hard disk ${index + 1}`,
        capacityBytes: capacities[index],
        file: disk.file,
        datastore: disk.datastore,
        format: diskFormat(disk.format),
        controller: { key: 1000, bus: "scsi", busNumber: 0, model: guest.controller },
        unit,
      };
    }),
    nics: guest.nics.map((nic, index) => {
      const [address = "", prefix] = nic.address.split("/");
      return {
        deviceKey: 4000 + index,
        label: `Network adapter ${index + 1}`,
        macAddress: nic.macAddress,
        network: nic.network,
        adapter: "vmxnet3",
        connected: true,
        addresses: [{ address, prefixLength: Number(prefix) }],
        gateway: nic.gateway ?? null,
      };
    }),
  });

/** Describes guests that are built. Throws when a disk is missing. */
export const estateFiles = (guests: readonly Guest[], paths: LabPaths): Promise<EstateVm[]> =>
  Promise.all(
    guests.map(async (guest) =>
      estateVm(guest, await Promise.all(disksOf(guest).map((disk) => capacityBytes(disk, paths)))),
    ),
  );

/** Writes KEY.json for each VM into the folder; returns the files' paths. */
export const writeEstate = async (folder: string, vms: readonly EstateVm[]): Promise<string[]> => {
  await mkdir(folder, { recursive: true });
  return Promise.all(
    vms.map(async (vm) => {
      const file = join(folder, `${vm.key}.json`);
      await writeFile(file, `${JSON.stringify(vm, null, 2)}\n`);
      return file;
    }),
  );
};
