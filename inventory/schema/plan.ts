import { z } from "zod";
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
    /** For example http://{address}:8080/health; `{address}` stands for the first fixed IP. */
    url: z.string().regex(/^https?:\/\//),
    status: z.int().min(100).max(599).default(200),
    /** PEM file that the server's certificate must chain to; default: the system's authorities. */
    caFile: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("console"), pattern: z.string().min(1).describe("JavaScript regular expression") }),
]);
export type Check = z.infer<typeof Check>;

/** Where the NICs of a source network go: a network (and subnet) of the target, or nowhere. Names or ids. */
export const NetworkMapping = z.union([
  z.literal("ignore"),
  z.strictObject({ network: z.string().min(1), subnet: z.string().min(1).optional() }),
]);

/** Change or waive a concern of one VM; the reason is shown in the report. */
export const ConcernOverride = z.strictObject({
  category: z.enum(["Critical", "Warning", "Information", "waived"]),
  reason: z.string().min(5),
});

export const NicOverride = z.strictObject({
  network: z.string().min(1).optional(),
  subnet: z.string().min(1).optional(),
  /** Addresses instead of those the guest reported. */
  addresses: z.array(IpAddress).optional(),
  securityGroups: z.array(z.string()).optional(),
  ignore: z.boolean().optional(),
});

export const DiskOverride = z.strictObject({ volumeType: z.string().min(1).optional() });

/** Decisions for one VM. Everything is optional: what is not said is planned from the facts. */
export const VmOverrides = z.strictObject({
  /** Name of the server; default: the name template. */
  name: z.string().min(1).max(255).optional(),
  target: TargetName.optional(),
  /** Name of a flavor of the target. */
  flavor: z.string().min(1).optional(),
  /** Device key of the disk to boot from. */
  bootDisk: DeviceKey.optional(),
  /** Whether a server is booted; default: true when the VM is switched on at the source. */
  boot: z.boolean().optional(),
  phase: Phase.optional(),
  /** Raise it to import a VM again, after it was `absent`. Default 1. */
  generation: z.int().min(1).optional(),
  /** Security groups of every NIC that does not name its own. */
  securityGroups: z.array(z.string()).optional(),
  /** Network (and subnet) of every NIC, instead of the network map. */
  network: NetworkMapping.optional(),
  volumeType: z.string().min(1).optional(),
  imageProperties: z.record(z.string().min(1), z.string()).optional(),
  /** VMs (keys, of the same wave) whose `ready` must succeed before this one's server boots. */
  dependsOn: z.array(VmKey).optional(),
  checks: z.array(Check).optional(),
  /** Time-out of the stage `ready` in seconds; default 600. */
  readyTimeoutSeconds: z.int().min(5).max(86_400).optional(),
  availabilityZone: z.string().min(1).optional(),
  /** Name of a server group of the plan. */
  serverGroup: z.string().min(1).optional(),
  /** Leaves the VM out of the wave for now: it stays as it is, the others go. */
  exclude: z.boolean().optional(),
  nics: z.record(z.string().regex(/^\d+$/, "a device key"), NicOverride).optional(),
  disks: z.record(z.string().regex(/^\d+$/, "a device key"), DiskOverride).optional(),
  concerns: z.record(z.string(), ConcernOverride).optional(),
});
export type VmOverrides = z.infer<typeof VmOverrides>;

export const Wave = z.strictObject({
  description: z.string().optional(),
  /** Default target of the wave's VMs. */
  target: TargetName,
  /** Overrides for every VM of the wave; the VM's own win. */
  defaults: VmOverrides.omit({ name: true, nics: true, disks: true, dependsOn: true }).optional(),
  vms: z.record(
    VmKey,
    VmOverrides.nullable().transform((overrides) => overrides ?? {}),
  ),
  /** VMs (keys) left out for now; the rest of the wave goes. */
  exclude: z.array(VmKey).default([]),
});
export type Wave = z.infer<typeof Wave>;

export const Target = z.strictObject({
  /** Entry of clouds.yaml (region and project included). */
  cloud: z.string().min(1),
  /** Maps that win over those of the plan for VMs that go to this target. */
  networks: z.record(z.string(), NetworkMapping).default({}),
  datastores: z.record(z.string(), z.string().min(1)).default({}),
});
export type Target = z.infer<typeof Target>;

export const SecurityGroupRule = z.strictObject({
  direction: z.enum(["ingress", "egress"]),
  ethertype: z.enum(["IPv4", "IPv6"]).default("IPv4"),
  /** Any protocol when left out. */
  protocol: z.enum(["tcp", "udp", "icmp", "ipv6-icmp"]).optional(),
  /** A port, or a range "8000-8100"; all ports when left out. */
  ports: z.union([z.int().min(1).max(65535), z.string().regex(/^\d+(-\d+)?$/)]).optional(),
  /** Who may come (ingress) or be reached (egress): a CIDR. Everybody when both are left out. */
  remoteCidr: Cidr.optional(),
  /** ... or a security group of the plan. */
  remoteGroup: z.string().optional(),
});
export type SecurityGroupRule = z.infer<typeof SecurityGroupRule>;

export const SecurityGroup = z.strictObject({
  description: z.string().default(""),
  /** Targets that get the group; default: all. */
  targets: z.array(TargetName).optional(),
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
  volume: z.string().default("{key}-disk-{deviceKey}"),
  port: z.string().default("{key}-nic-{deviceKey}"),
});

export const Plan = z.strictObject({
  version: z.literal(1),
  targets: z.record(TargetName, Target),
  /** Source network -> network of the target, or `ignore`. */
  networks: z.record(z.string(), NetworkMapping).default({}),
  /** Datastore -> volume type. */
  datastores: z.record(z.string(), z.string().min(1)).default({}),
  flavors: FlavorRules.prefault({}),
  securityGroups: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,60}$/), SecurityGroup).default({}),
  /** Security groups (names of this plan) of NICs for which nothing else is said. */
  defaultSecurityGroups: z.array(z.string()).default([]),
  serverGroups: z.record(z.string().regex(/^[A-Za-z0-9._-]{1,60}$/), ServerGroup).default({}),
  names: NameTemplates.prefault({}),
  waves: z.record(WaveName, Wave),
});
export type Plan = z.infer<typeof Plan>;
