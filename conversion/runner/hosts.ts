import type { HostPlace } from "../limits/turn.ts";
import type { Settings } from "../settings.ts";
import { machineName, type PoolHost, type RunnerSettings } from "./runner-settings.ts";

/** A conversion host of runners.yaml. */
export interface ConversionHost extends HostPlace {
  /** For people, in messages that Pulumi does not keep. */
  readonly name: string;
  /** Its number in runners.yaml, from 1: lines that Pulumi keeps in the state name no host. */
  readonly number: number;
  /** runners.yaml as it is for this host. */
  readonly settings: Settings;
}

/** The conversion hosts of runners.yaml, in its order: those of the pool, or the only one. */
export function conversionHosts(settings: Settings): ConversionHost[] {
  const { runner } = settings;
  if (runner.kind !== "pool")
    return [{ id: hostId(runner), count: settings.slots, weight: 1, name: "the conversion host", number: 1, settings }];
  return runner.hosts.map((host, index) => {
    const { name, weight, slots, datastores, storage, ...machine } = host;
    return {
      id: hostId(machine),
      count: slots ?? settings.slots,
      weight,
      name: name ?? nameOf(machine),
      number: index + 1,
      settings: {
        ...settings,
        runner: machine,
        datastores: { ...settings.datastores, ...datastores },
        storage: { ...settings.storage, ...storage },
      },
    };
  });
}

const nameOf = (machine: Pick<PoolHost, "kind"> & { host?: string }): string => machine.host ?? "this host";

const hostId = (runner: Exclude<RunnerSettings, { kind: "pool" }>): string => `conversionHost/${machineName(runner)}`;
