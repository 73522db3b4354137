import { z } from "zod";

/**
 * What a source says of itself, beside its VMs: one file a server (`inventory/sources/NAME.json`), written by machines.
 * Free space and states are those of the last reading. `null` means "the source did not tell".
 */

export const SourceHost = z.strictObject({
  name: z.string().min(1),
  cluster: z.string().nullable().default(null),
  /** For example "VMware ESXi 8.0.2 build-22380479". */
  product: z.string().nullable().default(null),
  cpuCores: z.int().positive().nullable().default(null),
  memoryMiB: z.int().positive().nullable().default(null),
  /** connected, disconnected, notResponding. */
  connectionState: z.string().nullable().default(null),
  maintenance: z.boolean().nullable().default(null),
});
export type SourceHost = z.infer<typeof SourceHost>;

export const SourceCluster = z.strictObject({
  name: z.string().min(1),
  datacenter: z.string().nullable().default(null),
  /** Distributed Resource Scheduler: it moves running VMs between hosts. */
  drs: z.boolean().nullable().default(null),
  /** Distributed Power Management: it switches hosts off. */
  dpm: z.boolean().nullable().default(null),
  highAvailability: z.boolean().nullable().default(null),
});
export type SourceCluster = z.infer<typeof SourceCluster>;

export const SourceDatastore = z.strictObject({
  name: z.string().min(1),
  datacenter: z.string().nullable().default(null),
  /** For example VMFS, NFS, NFS41, vsan, VVOL. */
  type: z.string().nullable().default(null),
  capacityBytes: z.int().min(0).nullable().default(null),
  freeBytes: z.int().min(0).nullable().default(null),
  accessible: z.boolean().nullable().default(null),
  maintenance: z.boolean().nullable().default(null),
  /** Names of the hosts that mount it. */
  hosts: z.array(z.string()).default([]),
});
export type SourceDatastore = z.infer<typeof SourceDatastore>;

export const SourceNetwork = z.strictObject({
  name: z.string().min(1),
  /** opaque: NSX. */
  kind: z.enum(["standard", "distributed", "opaque"]).nullable().default(null),
  /** VLAN id, a trunk's ranges ("100-200"), or null. */
  vlan: z.string().nullable().default(null),
  switch: z.string().nullable().default(null),
});
export type SourceNetwork = z.infer<typeof SourceNetwork>;

export const SourceFacts = z.strictObject({
  version: z.literal(1),
  /** The same text as `source.server` of its VMs. */
  server: z.string().min(1),
  kind: z.enum(["vsphere", "rvtools", "ova", "vmx", "libvirt", "hyperv", "manual"]),
  /** For example "VMware vCenter Server 8.0.2 build-22617221". */
  product: z.string().nullable().default(null),
  hosts: z.array(SourceHost).default([]),
  clusters: z.array(SourceCluster).default([]),
  datastores: z.array(SourceDatastore).default([]),
  networks: z.array(SourceNetwork).default([]),
});
export type SourceFacts = z.infer<typeof SourceFacts>;
