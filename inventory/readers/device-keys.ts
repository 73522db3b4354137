/** Buses of disks. */
export type Bus = "scsi" | "sata" | "ide" | "nvme";

/**
 * Device keys as vCenter gives them, so that a VM read from its folder, from an OVF and from vCenter has the same ones:
 * controllers from 1000 (SCSI), 15000 (SATA), 200 (IDE), 31000 (NVMe); disks from 2000, 16000, 3000 and 32000 (vSphere
 * API, VirtualDevice.key as observed in exports of vSphere 6.7 to 8); NICs from 4000.
 */
const KEYS: Readonly<Record<Bus, { controller: number; disk: number; units: number }>> = {
  scsi: { controller: 1000, disk: 2000, units: 16 },
  sata: { controller: 15_000, disk: 16_000, units: 30 },
  ide: { controller: 200, disk: 3000, units: 2 },
  nvme: { controller: 31_000, disk: 32_000, units: 64 },
};

/** Key of a controller by its position among those of its bus. */
export const controllerKey = (bus: Bus, busNumber: number): number => KEYS[bus].controller + busNumber;
/** Key of a disk by its place. */
export const diskKey = (bus: Bus, busNumber: number, unit: number): number =>
  KEYS[bus].disk + KEYS[bus].units * busNumber + unit;
/** Key of a NIC by its position. */
export const nicKey = (index: number): number => 4000 + index;
