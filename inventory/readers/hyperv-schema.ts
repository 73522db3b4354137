import { z } from "zod";

/**
 * What docs/hyperv-export.ps1 writes. Windows PowerShell 5.1 writes a list of one as the thing itself and an empty one
 * as null, enumerations as numbers, and dates as "/Date(1709629964000)/": all of that is taken.
 */
const listOf = <T extends z.ZodType>(item: T) =>
  z.preprocess((value) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.filter((one) => one !== null && one !== undefined);
  }, z.array(item));

const Text = z.string().nullish();
const Count = z.number().nullish();
const Flag = z.boolean().nullish();

/** An enumeration by name, or by its number. */
const named = (names: Readonly<Record<number, string>>) =>
  z.union([z.string(), z.number().transform((number) => names[number] ?? String(number))]);

export const HypervDisk = z.object({
  ControllerType: named({ 0: "IDE", 1: "SCSI" }),
  ControllerNumber: z.int().min(0).max(63),
  ControllerLocation: z.int().min(0).max(63),
  Path: Text,
  /** Number of a physical disk that the VM has. */
  DiskNumber: Count,
  PhysicalSize: Count,
  SupportPersistentReservations: Flag,
  VhdFormat: named({ 2: "VHD", 3: "VHDX", 4: "VHDSet" }).nullish(),
  VhdType: named({ 2: "Fixed", 3: "Dynamic", 4: "Differencing" }).nullish(),
  Size: Count,
  FileSize: Count,
  ParentPath: Text,
  DiskIdentifier: Text,
});
export type HypervDisk = z.infer<typeof HypervDisk>;

export const HypervNic = z.object({
  Name: Text,
  MacAddress: Text,
  DynamicMacAddressEnabled: Flag,
  SwitchName: Text,
  Connected: Flag,
  IsLegacy: Flag,
  IovWeight: Count,
  IPAddresses: listOf(z.string()),
  VlanMode: named({ 0: "Untagged", 1: "Access", 2: "Trunk", 3: "Private" }).nullish(),
  AccessVlanId: Count,
  AllowedVlanIds: Text,
});
export type HypervNic = z.infer<typeof HypervNic>;

const Checkpoint = z.object({
  Id: z.string().min(1),
  Name: z.string(),
  CreationTime: Text,
  ParentSnapshotId: Text,
});

export const HypervVm = z.object({
  Id: z.string().min(1),
  Name: z.string().min(1),
  // Microsoft.HyperV.PowerShell.VMState
  State: named({
    ...{ 2: "Running", 3: "Off", 4: "Stopping", 6: "Saved", 9: "Paused", 10: "Starting", 11: "Reset" },
    ...{ 32773: "Saving", 32776: "Pausing", 32777: "Resuming", 32779: "FastSaved", 32780: "FastSaving" },
  }),
  Generation: z.union([z.literal(1), z.literal(2)]),
  Notes: Text,
  ProcessorCount: z.int().positive(),
  MemoryStartup: z.int().positive(),
  MemoryAssigned: Count,
  DynamicMemoryEnabled: Flag,
  MemoryMinimum: Count,
  MemoryMaximum: Count,
  Heartbeat: named({}).nullish(),
  Host: Text,
  Cluster: Text,
  IsClustered: Flag,
  SecureBoot: named({ 0: "On", 1: "Off" }).nullish(),
  BootDisks: listOf(z.string()),
  TpmEnabled: Flag,
  Shielded: Flag,
  HardDisks: listOf(HypervDisk),
  NetworkAdapters: listOf(HypervNic),
  DvdDrives: listOf(z.string()),
  Checkpoints: listOf(Checkpoint),
  IntegrationServices: listOf(z.object({ Name: z.string(), Enabled: Flag, Status: Text })),
  GuestName: Text,
  GuestOs: Text,
  GuestOsVersion: Text,
});
export type HypervVm = z.infer<typeof HypervVm>;

/** The whole export. Each VM is checked by itself, so that a wrong one hides no other. */
export const HypervExport = z.object({ version: z.literal(1), vms: listOf(z.unknown()) });
