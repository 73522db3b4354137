import { z } from "zod";
import { ComplexityModel } from "./complexity.ts";
import { TransportChoice } from "./disk-source.ts";
import { ThroughputModel } from "./throughput.ts";
import { DeviceKey, TargetName, VmKey, WaveName } from "./names.ts";

/** The plan: the decisions of people (`inventory/plan.yaml`), hand-written, comments welcome. */

const IpAddress = z.union([z.ipv4(), z.ipv6()]);
const Cidr = z.union([z.cidrv4(), z.cidrv6()]);

/**
 * Phase of a VM: `absent` declares nothing (the rollback of one VM), `precopy` copies and boots nothing,
 * `cutover` migrates, `accepted` ends rollback.
 */
export const Phase = z.enum(["absent", "precopy", "cutover", "accepted"]);
export type Phase = z.infer<typeof Phase>;

/** A health check of the stage `ready`. `address` defaults to the first fixed IP of the server. */
export const Check = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("tcp"), port: z.int().min(1).max(65535), address: IpAddress.optional() }),
  z.strictObject({
    kind: z.literal("ssh"),
    port: z.int().min(1).max(65535).default(22),
    address: IpAddress.optional(),
  }),
  z.strictObject({ kind: z.literal("ping"), address: IpAddress.optional() }),
  z.strictObject({
    kind: z.literal("http"),
    url: z
      .string()
      .regex(
        /^https?:\/\/[^@/?#\\]+([/?#][^]*)?$/,
        "http:// or https://, without user and password (plan and state are no place for them)",
      )
      .describe(
        "For example http://{address}:8080/health; `{address}` stands for the first fixed IP. No user and no password: it stands in the plan, the wave file and the state.",
      ),
    status: z.int().min(100).max(599).default(200),
    caFile: z
      .string()
      .optional()
      .describe("PEM file that the server's certificate must chain to; default: the system's authorities."),
  }),
  z.strictObject({ kind: z.literal("console"), pattern: z.string().min(1).describe("JavaScript regular expression") }),
]);
export type Check = z.infer<typeof Check>;

/** Where the NICs of a source network go: a network (and subnet) of the target, or nowhere. Names or ids. */
export const NetworkMapping = z.union([
  z.literal("ignore"),
  z.strictObject({ network: z.string().min(1), subnet: z.string().min(1).optional() }),
]);

/** Change or waive a concern of a VM or of a wave; the reason is shown in the report. */
export const ConcernOverride = z.strictObject({
  category: z.enum(["Critical", "Warning", "Information", "waived"]),
  reason: z.string().min(5),
});

export const NicOverride = z.strictObject({
  network: z.string().min(1).optional(),
  subnet: z.string().min(1).optional(),
  addresses: z.array(IpAddress).optional().describe("Addresses instead of those the guest reported."),
  securityGroups: z.array(z.string()).optional(),
  ignore: z.boolean().optional(),
});

export const ImageVisibility = z.enum(["private", "shared", "community", "public"]);
export type ImageVisibility = z.infer<typeof ImageVisibility>;

/** Decisions for a VM that is a template at the source: its boot disk becomes an image of Glance. */
export const ImageOverride = z.strictObject({
  visibility: ImageVisibility.optional().describe(
    "Who may use the image; default private. Public needs an administrator.",
  ),
  protected: z.boolean().optional().describe("Whether Glance keeps everybody from removing it; default false."),
  minDiskGiB: z.int().min(0).optional().describe("Least root disk of its servers; default: the disk, rounded up."),
  minRamMiB: z.int().min(0).optional().describe("Least memory of its servers; default 0, no limit."),
  otherDisks: z
    .literal("ignore")
    .optional()
    .describe("An image is one disk. Must be said of a template that has more: they stay at the source."),
});
export type ImageOverride = z.infer<typeof ImageOverride>;

export const DiskOverride = z.strictObject({ volumeType: z.string().min(1).optional() });

/** Decisions for one VM. Everything is optional: what is not said is planned from the facts. */
export const VmOverrides = z.strictObject({
  name: z.string().min(1).max(255).optional().describe("Name of the server; default: the name template."),
  target: TargetName.optional(),
  flavor: z.string().min(1).optional().describe("Name of a flavor of the target."),
  bootDisk: DeviceKey.optional().describe("Device key of the disk to boot from."),
  firmware: z
    .enum(["bios", "efi"])
    .optional()
    .describe("Firmware of the server; default: the source's. Must be said where the source does not tell it."),
  secureBoot: z.boolean().optional().describe("Whether the server boots with secure boot; default: as at the source."),
  vips: z
    .array(IpAddress)
    .optional()
    .describe("Floating cluster addresses that the VM may take over, instead of those that the source tells."),
  boot: z
    .boolean()
    .optional()
    .describe("Whether a server is booted; default: true when the VM is switched on at the source."),
  phase: Phase.optional(),
  generation: z.int().min(1).optional().describe("Raise it to import a VM again, after it was `absent`. Default 1."),
  securityGroups: z.array(z.string()).optional().describe("Security groups of every NIC that does not name its own."),
  network: NetworkMapping.optional().describe("Network (and subnet) of every NIC, instead of the network map."),
  volumeType: z.string().min(1).optional(),
  transport: TransportChoice.optional().describe(
    "How the disks are read: `auto` (default for VMs of a vCenter, ESXi or libvirt host) takes the best way that works and says why; `ova` a disk inside an archive, `file` a datastore's folder on the conversion host, `https`, `vddk`, `lease`, `ssh` the server that has them.",
  ),
  imageProperties: z
    .record(z.string().min(1), z.string())
    .optional()
    .describe("Image properties that win over the planned ones; an empty value takes a planned one out."),
  image: ImageOverride.optional().describe("Of a template, which becomes an image instead of a server."),
  dependsOn: z
    .array(VmKey)
    .optional()
    .describe("VMs (keys, of the same wave) whose `ready` must succeed before this one's server boots."),
  checks: z.array(Check).optional(),
  readyTimeoutSeconds: z
    .int()
    .min(5)
    .max(86_400)
    .optional()
    .describe("Time-out of the stage `ready` in seconds; default 600."),
  availabilityZone: z.string().min(1).optional(),
  serverGroup: z.string().min(1).optional().describe("Name of a server group of the plan."),
  instant: z
    .boolean()
    .optional()
    .describe(
      "The server boots at once and reads its disks from the source while they are copied (docs/instant.md). Default false.",
    ),
  exclude: z.boolean().optional().describe("Leaves the VM out of the wave for now: it stays as it is, the others go."),
  nics: z.record(z.string().regex(/^\d+$/, "a device key"), NicOverride).optional().describe("By device key."),
  disks: z.record(z.string().regex(/^\d+$/, "a device key"), DiskOverride).optional().describe("By device key."),
  concerns: z
    .record(z.string(), ConcernOverride)
    .optional()
    .describe("By id of the concern: another category, or waived, with the reason."),
});
export type VmOverrides = z.infer<typeof VmOverrides>;

export const Wave = z.strictObject({
  description: z.string().optional(),
  target: TargetName.describe("Default target of the wave's VMs."),
  defaults: VmOverrides.omit({ name: true, nics: true, disks: true, dependsOn: true })
    .optional()
    .describe("Overrides for every VM of the wave; the VM's own win."),
  vms: z.record(
    VmKey,
    VmOverrides.nullable().transform((overrides) => overrides ?? {}),
  ),
  concerns: z
    .record(z.string(), ConcernOverride)
    .optional()
    .describe(
      "Concerns of the wave as a whole (quota and others), by id: another category, or waived, with the reason. Those of its VMs stand in `defaults` and `vms`.",
    ),
  exclude: z.array(VmKey).default([]).describe("VMs (keys) left out for now; the rest of the wave goes."),
});
export type Wave = z.infer<typeof Wave>;

/** A wave in a file of its own: `inventory/plan/WAVE.yaml`, whose name is the wave's. */
export const WavePlan = Wave.extend({ version: z.literal(1) });
export type WavePlan = z.infer<typeof WavePlan>;

export const Target = z.strictObject({
  cloud: z.string().min(1).describe("Entry of clouds.yaml (region and project included)."),
  networks: z
    .record(z.string(), NetworkMapping)
    .default({})
    .describe("Maps that win over those of the plan for VMs that go to this target."),
  datastores: z.record(z.string(), z.string().min(1)).default({}),
});
export type Target = z.infer<typeof Target>;

export const SecurityGroupRule = z.strictObject({
  direction: z.enum(["ingress", "egress"]),
  ethertype: z.enum(["IPv4", "IPv6"]).default("IPv4"),
  protocol: z.enum(["tcp", "udp", "icmp", "ipv6-icmp"]).optional().describe("Any protocol when left out."),
  ports: z
    .union([z.int().min(1).max(65535), z.string().regex(/^\d+(-\d+)?$/)])
    .optional()
    .describe('A port, or a range "8000-8100"; all ports when left out.'),
  remoteCidr: Cidr.optional().describe(
    "Who may come (ingress) or be reached (egress): a CIDR. Everybody when both are left out.",
  ),
  remoteGroup: z.string().optional().describe("... or a security group of the plan."),
});
export type SecurityGroupRule = z.infer<typeof SecurityGroupRule>;

export const SecurityGroup = z.strictObject({
  description: z.string().default(""),
  targets: z.array(TargetName).optional().describe("Targets that get the group; default: all."),
  rules: z.array(SecurityGroupRule).default([]),
});
export type SecurityGroup = z.infer<typeof SecurityGroup>;

export const ServerGroup = z.strictObject({
  policy: z.enum(["affinity", "anti-affinity", "soft-affinity", "soft-anti-affinity"]),
  targets: z.array(TargetName).optional(),
});
export type ServerGroup = z.infer<typeof ServerGroup>;

/** Which flavors may be chosen without being named. Patterns: `*` stands for any text. */
export const FlavorRules = z.strictObject({
  include: z.array(z.string()).default(["*"]),
  exclude: z.array(z.string()).default([]),
  /** Extra specs (key patterns) that an automatically chosen flavor may carry. Others make a flavor special: it must be named. */
  allowExtraSpecs: z
    .array(z.string())
    .default(["hw_rng:*", "quota:*", "hw:cpu_sockets", "hw:cpu_cores", "hw:cpu_threads", "hw:cpu_max_*"]),
});
export type FlavorRules = z.infer<typeof FlavorRules>;

/** Name templates. Fields: {name} (at the source), {key}, {wave}; for disks and NICs also {label}, {deviceKey}. */
export const NameTemplates = z.strictObject({
  server: z.string().default("{name}"),
  image: z.string().default("{name}"),
  volume: z.string().default("{key}-disk-{deviceKey}"),
  port: z.string().default("{key}-nic-{deviceKey}"),
});

export const Plan = z.strictObject({
  version: z.literal(1),
  targets: z.record(TargetName, Target),
  networks: z
    .record(z.string(), NetworkMapping)
    .default({})
    .describe("Source network -> network of the target, or `ignore`."),
  datastores: z.record(z.string(), z.string().min(1)).default({}).describe("Datastore -> volume type."),
  flavors: FlavorRules.prefault({}),
  securityGroups: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,60}$/), SecurityGroup).default({}),
  defaultSecurityGroups: z
    .array(z.string())
    .default([])
    .describe("Security groups (names of this plan) of NICs for which nothing else is said."),
  serverGroups: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,60}$/), ServerGroup).default({}),
  names: NameTemplates.prefault({}),
  throughput: ThroughputModel.prefault({}).describe("What estimates of duration rest on."),
  complexity: ComplexityModel.prefault({}).describe("How `wavelift assess` scores VMs."),
  waves: z
    .record(WaveName, Wave)
    .default({})
    .describe("Waves that have no file of their own (plan/WAVE.yaml beside this one)."),
});
export type Plan = z.infer<typeof Plan>;
