import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { PlannedImage, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";
import { bootOrder } from "../planning/boot-order.ts";
import { MigratedImage, type ImageReport } from "./migrated-image.ts";
import { MigratedServer, type ServerReport } from "./migrated-server.ts";
import type { SharedGroups } from "./shared-groups.ts";
import { vmContext } from "./vm-context.ts";

export interface MigrationWaveArgs {
  readonly file: WaveFile;
  /** The VMs of the file to declare: what is excluded before it has begun is left out. */
  readonly vms: readonly PlannedVm[];
  /** The templates of the file to declare as images; default: none. */
  readonly images?: readonly PlannedImage[];
  /** project/stack: the mark on everything that is made. */
  readonly stack: string;
  readonly groups: SharedGroups;
  /** Keys of the VMs whose server is in ERROR now (planning/servers-in-error.ts); default: none. */
  readonly inError?: ReadonlySet<string>;
}

/** The VMs that are migrated together: one wave, one stack. */
export class MigrationWave extends pulumi.ComponentResource {
  /** By VM key. */
  readonly servers: pulumi.Output<Record<string, ServerReport>>;
  /** By key of the template; undefined where the wave has none. */
  readonly images: pulumi.Output<Record<string, ImageReport>> | undefined;

  constructor(name: string, args: MigrationWaveArgs, opts?: pulumi.ComponentResourceOptions) {
    super("wavelift:index:MigrationWave", name, {}, opts);
    const providers = this.providers(args.file);
    const servers = this.migratedServers(args, providers);
    this.servers = pulumi.output(Object.fromEntries([...servers].map(([key, migrated]) => [key, migrated.report])));
    const images = this.migratedImages(args);
    this.images = images.length === 0 ? undefined : pulumi.output(Object.fromEntries(images));
    this.registerOutputs({ servers: this.servers, ...(this.images === undefined ? {} : { images: this.images }) });
  }

  /** One explicit provider per target. It gets the name of the cloud only: anything else would be plain in the state. */
  private providers(file: WaveFile): ReadonlyMap<string, openstack.Provider> {
    return new Map(
      Object.entries(file.targets).map(([target, { cloud }]) => [
        target,
        new openstack.Provider(`target-${target}`, { cloud }, { parent: this }),
      ]),
    );
  }

  private migratedImages({ file, images = [], stack }: MigrationWaveArgs): [string, pulumi.Output<ImageReport>][] {
    return images
      .filter(({ phase }) => phase !== "absent")
      .map((planned) => {
        const cloud = file.targets[planned.target]?.cloud;
        if (cloud === undefined) throw this.unknownTarget(planned);
        return [planned.key, new MigratedImage(planned.key, { planned, stack, cloud }, { parent: this }).report];
      });
  }

  private unknownTarget({ key, target }: { readonly key: string; readonly target: string }): Error {
    return new pulumi.ResourceError(`${key}: target ${target} is not in the wave file; run wavelift plan`, this);
  }

  private migratedServers(
    { file, vms, stack, groups, inError }: MigrationWaveArgs,
    providers: ReadonlyMap<string, openstack.Provider>,
  ): ReadonlyMap<string, MigratedServer> {
    const made = new Map<string, MigratedServer>();
    // A VM comes after those it depends on, because their `ready` is an option of its server.
    for (const planned of bootOrder(vms.filter((vm) => vm.phase !== "absent"))) {
      const provider = providers.get(planned.target);
      const cloud = file.targets[planned.target]?.cloud;
      if (provider === undefined || cloud === undefined) throw this.unknownTarget(planned);
      const bootsAfter = planned.dependsOn.flatMap((key) => made.get(key)?.ready ?? []);
      made.set(
        planned.key,
        new MigratedServer(
          planned.key,
          {
            vm: vmContext(planned, stack, groups.estate, cloud),
            groups,
            bootsAfter,
            inError: inError?.has(planned.key) ?? false,
          },
          { parent: this, providers: [provider] },
        ),
      );
    }
    return made;
  }
}
