import type { z } from "zod";
import { EstateVm } from "../../inventory/schema/estate.ts";

/** A disk of a test VM. */
export interface TestDisk {
  readonly file: string;
  readonly capacityBytes: number;
  readonly format?: "raw" | "qcow2" | "vmdk";
  readonly datastore?: string;
  readonly label?: string;
}

/** An estate VM for tests: switched off at the source (so no server is declared) unless `more` says otherwise. */
export function testVm(
  key: string,
  last: number,
  disks: readonly TestDisk[],
  more: Partial<z.input<typeof EstateVm>> = {},
): EstateVm {
  return EstateVm.parse({
    version: 1,
    key,
    source: { kind: "manual", id: key },
    instanceUuid: null,
    name: key,
    powerState: "poweredOff",
    cpus: 1,
    coresPerSocket: 1,
    memoryMiB: 512,
    firmware: "bios",
    secureBoot: false,
    tpm: false,
    guestId: "debian12_64Guest",
    hostName: key,
    toolsState: "notInstalled",
    disks: disks.map((disk, position) => ({
      deviceKey: 2000 + position,
      label: disk.label ?? `Hard disk ${position + 1}`,
      capacityBytes: disk.capacityBytes,
      file: disk.file,
      datastore: disk.datastore ?? "test",
      format: disk.format ?? "raw",
      controller: { key: 1000, bus: "scsi", busNumber: 0, model: "pvscsi" },
      unit: position,
    })),
    nics: [
      {
        deviceKey: 4000,
        label: "Network adapter 1",
        macAddress: `00:50:56:0b:00:${last.toString(16).padStart(2, "0")}`,
        network: "VM Network",
        adapter: "vmxnet3",
        connected: true,
        addresses: [{ address: `10.20.0.${last}`, prefixLength: 24 }],
        gateway: "10.20.0.1",
      },
    ],
    ...more,
  });
}
