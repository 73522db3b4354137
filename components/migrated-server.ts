import type * as command from "@pulumi/command";
import type * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { ReadyJob, SealJob, SourceDisk, SourceJob } from "../conversion/job.ts";
import { diskCommit, diskImport, isInstant } from "./disk-import.ts";
import { MigratedDisk } from "./migrated-disk.ts";
import { port } from "./ports.ts";
import { server } from "./server.ts";
import type { SharedGroups } from "./shared-groups.ts";
import { stage } from "./stage.ts";
import type { VmContext } from "./vm-context.ts";

export interface MigratedServerArgs {
  readonly vm: VmContext;
  readonly groups: SharedGroups;
  /** `ready` of the VMs that this one depends on: its server boots when they answer. */
  readonly bootsAfter: readonly pulumi.Resource[];
  /** Nova has its server in ERROR now: one whose making failed is made again. */
  readonly inError: boolean;
}

/** What the stack says of a migrated server. */
export interface ServerReport {
  readonly name: string;
  readonly phase: string;
  /** Null while no server is declared. */
  readonly serverId: string | null;
  readonly addresses: readonly string[];
  /** As planned; null: Neutron gave the port one. */
  readonly macAddresses: readonly (string | null)[];
  /** Volume ids by resource name of the disk. */
  readonly volumes: Readonly<Record<string, string>>;
  /** Reports of the imports (one line of JSON each) by resource name of the disk. */
  readonly imports: Readonly<Record<string, string>>;
}

/**
 * A VM on its way to OpenStack: source -> disks -> seal -> ports -> server -> ready. Each stage waits for the one
 * before, and destroy walks back the same way. Beside all that, the disks of an instant import are copied and committed. The parent chain and the names are fixed: a change replaces resources.
 */
export class MigratedServer extends pulumi.ComponentResource {
  readonly report: pulumi.Output<ServerReport>;
  /** What dependents wait for: `ready`; undefined while no server is declared. */
  readonly ready: command.local.Command | undefined;
  private readonly vm: VmContext;

  constructor(name: string, args: MigratedServerArgs, opts: pulumi.ComponentResourceOptions) {
    super("wavelift:index:MigratedServer", name, {}, opts);
    this.vm = args.vm;
    const { phase, boot } = args.vm.planned;
    const disks = this.disks();
    const source = phase === "precopy" ? [] : [this.source(disks)];
    const imports = disks.map((disk) => diskImport(args.vm, disk, source));
    if (isInstant(args.vm))
      for (const [position, disk] of disks.entries()) {
        const imported = imports[position];
        if (imported !== undefined) diskCommit(args.vm, disk, imported);
      }
    let instance: openstack.compute.Instance | undefined;
    if (phase !== "precopy") {
      const sealed = this.seal(phase, disks, imports);
      const ports = this.ports(args.groups, sealed);
      if (boot) {
        instance = server({ ...args, disks, ports }, { parent: this, dependsOn: [sealed, ...args.bootsAfter] });
        this.ready = this.readiness(instance, disks);
      }
    }
    this.report = this.reportOf(instance, disks, imports);
    this.registerOutputs({ report: this.report });
  }

  private disks(): MigratedDisk[] {
    return this.vm.planned.disks.map((disk) => new MigratedDisk(disk.key, { vm: this.vm, disk }, { parent: this }));
  }

  /** The source is quiet: nobody writes its disks. The volumes tell it that a sealed VM's source no longer matters. */
  private source(disks: readonly MigratedDisk[]): command.local.Command {
    const instant = isInstant(this.vm) ? { instant: true as const } : {};
    const job: SourceJob = { ...this.vm.job, ...instant, disks: this.sources() };
    const environment = { WAVELIFT_VOLUME_IDS: this.volumeIds(disks) };
    const name = `${this.vm.planned.key}-source`;
    return stage(name, { create: "source", update: "source", delete: "restore", job, environment }, { parent: this });
  }

  /** The disks are final: boot flag and image properties are set, the ledgers say so. */
  private seal(
    phase: SealJob["phase"] | "absent",
    disks: readonly MigratedDisk[],
    imports: readonly pulumi.Resource[],
  ): command.local.Command {
    const { key, disks: planned, imageProperties } = this.vm.planned;
    const job: SealJob = {
      ...this.vm.job,
      phase: phase === "accepted" ? "accepted" : "cutover",
      disks: planned.map((disk) => disk.key),
      sources: this.sources(),
      imageProperties,
    };
    return stage(
      `${key}-seal`,
      {
        create: "seal",
        update: "seal",
        delete: "unseal",
        job,
        environment: { WAVELIFT_VOLUME_IDS: this.volumeIds(disks) },
        triggers: disks.map((disk) => disk.volume.id),
      },
      // Another order of the disks is no reason to unseal: the new ids are in the environment, and `update` seals them.
      { parent: this, dependsOn: [...imports], ignoreChanges: ["triggers"] },
    );
  }

  private ports(groups: SharedGroups, sealed: pulumi.Resource): openstack.networking.Port[] {
    return this.vm.planned.nics.map((nic) => port(this.vm, nic, groups, { parent: this, dependsOn: [sealed] }));
  }

  /** The server answers. ACTIVE proves nothing: a guest in its initramfs is ACTIVE too. */
  private readiness(instance: openstack.compute.Instance, disks: readonly MigratedDisk[]): command.local.Command {
    const { key, disks: planned, nics, checks, readyTimeoutSeconds } = this.vm.planned;
    const job: ReadyJob = {
      ...this.vm.job,
      disks: planned.map((disk) => disk.key),
      addresses: nics.filter((nic) => nic.adminStateUp).flatMap((nic) => nic.fixedIps.map((ip) => ip.ipAddress)),
      checks,
      timeoutSeconds: readyTimeoutSeconds,
    };
    const environment = { WAVELIFT_SERVER_ID: instance.id, WAVELIFT_VOLUME_IDS: this.volumeIds(disks) };
    return stage(
      `${key}-ready`,
      // No triggers: another server is another environment, and its update checks it; a replacement would run
      // `rollback` of the old one in the middle of an `up`.
      { create: "ready", update: "ready", delete: "rollback", job, environment },
      {
        parent: this,
        dependsOn: [instance],
        customTimeouts: { create: `${readyTimeoutSeconds + 120}s`, update: `${readyTimeoutSeconds + 120}s` },
      },
    );
  }

  private sources(): SourceDisk[] {
    return this.vm.planned.disks.map(({ key, source, capacityBytes }) => ({
      disk: key,
      source: { ...source, capacityBytes },
    }));
  }

  private volumeIds(disks: readonly MigratedDisk[]): pulumi.Output<string> {
    const keys = this.vm.planned.disks.map((disk) => disk.key);
    return pulumi
      .all(disks.map((disk) => disk.volume.id))
      .apply((ids) => JSON.stringify(Object.fromEntries(keys.map((key, position) => [key, ids[position]]))));
  }

  private reportOf(
    instance: openstack.compute.Instance | undefined,
    disks: readonly MigratedDisk[],
    imports: readonly command.local.Command[],
  ): pulumi.Output<ServerReport> {
    const { name, phase, nics, disks: planned } = this.vm.planned;
    const byDisk = (values: readonly string[]): Record<string, string> =>
      Object.fromEntries(planned.map((disk, position) => [disk.key, values[position] ?? ""]));
    return pulumi
      .all([
        instance?.id ?? null,
        pulumi.all(disks.map((disk) => disk.volume.id)),
        pulumi.all(imports.map((imported) => imported.stdout)),
      ])
      .apply(([serverId, volumes, reports]) => ({
        name,
        phase,
        serverId,
        addresses: nics.flatMap((nic) => nic.fixedIps.map((ip) => ip.ipAddress)),
        macAddresses: nics.map((nic) => nic.macAddress),
        volumes: byDisk(volumes),
        imports: byDisk(reports),
      }));
  }
}
