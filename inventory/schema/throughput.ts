import { z } from "zod";

/**
 * How fast disks are read and written: what estimates rest on. Every figure can be edited in the plan (`throughput`); the
 * defaults are published figures of VMware sources (Forklift's documentation, 23f553c9: one ESXi host 294 MiB/s, one
 * datastore 312 MiB/s, 10 VMs at once per host, 8 hosts 1,173 MB/s; kubevirt/containerized-data-importer#3752: 141 MB/s a
 * disk over NFC); `disksAtOnce` is the default of runners.yaml.
 */
export const ThroughputModel = z.strictObject({
  diskMiBPerSecond: z.number().positive().default(134).describe("Reading one disk."),
  esxiHostMiBPerSecond: z.number().positive().default(294).describe("Reading from all VMs of one ESXi host."),
  datastoreMiBPerSecond: z.number().positive().default(312).describe("Reading from one datastore."),
  totalMiBPerSecond: z.number().positive().default(1118).describe("All conversion hosts together, network included."),
  vmsAtOncePerEsxiHost: z
    .int()
    .positive()
    .default(10)
    .describe("VMs of one ESXi host that are read side by side; with more it gets no faster."),
  disksAtOnce: z
    .int()
    .positive()
    .default(4)
    .describe("Disks that are copied at the same time: `slots` of runners.yaml, of all conversion hosts together."),
  unknownUsedShare: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Share of its capacity that is read of a disk whose used space the source does not tell."),
  verifyShare: z.number().min(0).default(0.3).describe("Time of verification, as a share of that of the copy."),
  minutesPerVm: z
    .number()
    .min(0)
    .default(5)
    .describe(
      "Shut down, seal, boot and health checks, after the copy; once more for each VM in a chain of dependsOn.",
    ),
});
export type ThroughputModel = z.infer<typeof ThroughputModel>;
