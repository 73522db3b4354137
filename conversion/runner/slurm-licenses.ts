import { badInput, type Failure } from "../failure.ts";
import type { Demand } from "../limits/demand.ts";
import type { SlurmRunner } from "./slurm-settings.ts";

/** A licence that a copy takes one of. */
export interface License {
  readonly name: string;
  /** What it limits, for people: `ESXi host esx01`. */
  readonly of: string;
}

/**
 * Name of a licence: Slurm ends one at a space and at , ; : = @ and the like, and tells large letters from small ones, which
 * host names do not. Two names that differ in nothing else share one licence: a limit too tight, never one too wide.
 */
export const licenseName = (pattern: string, name: string): string =>
  pattern.replace("{name}", () => name.toLowerCase().replace(/[^a-z0-9_.-]/g, "_"));

/** Licences that a copy needs, each once. */
export function licensesOf({ licenses }: Pick<SlurmRunner, "licenses">, demand: Demand): License[] {
  const { esxiHost, datastore } = licenses;
  const hosts = demand.esxiHost === null ? [] : [demand.esxiHost];
  const all = [
    ...(esxiHost === undefined
      ? []
      : hosts.map((name) => ({ name: licenseName(esxiHost, name), of: `ESXi host ${name}` }))),
    ...(datastore === undefined
      ? []
      : demand.datastores.map((name) => ({ name: licenseName(datastore, name), of: `datastore ${name}` }))),
  ];
  return [...new Map(all.map((license) => [license.name, license])).values()];
}

/** Licences that a controller has, with their number: what `scontrol show licenses` prints. */
export function parseLicenses(text: string): Map<string, number> {
  const found = text.matchAll(/LicenseName=(\S+)\s+Total=(\d+)/g);
  return new Map([...found].map(([, name = "", total]) => [name, Number(total)]));
}

/** The fault of licences that the controller has none of; null when it has all. */
export function missingLicenses(needed: readonly License[], known: ReadonlyMap<string, number>): Failure | null {
  const missing = needed.filter(({ name }) => (known.get(name) ?? 0) === 0);
  if (missing.length === 0) return null;
  const list = missing.map(({ name, of }) => `${name} (${of})`).join(", ");
  const line = [...known, ...missing.map(({ name }) => [name, 10] as const)].map(([name, total]) => `${name}:${total}`);
  return badInput(
    `Slurm's controller has no licence ${list}: nothing would limit how many disks are read there at once. Nothing was copied. ` +
      `Add it to slurm.conf, \`Licenses=${line.join(",")}\`, with the limit that you want for 10, then \`scontrol reconfigure\`; ` +
      "or take the pattern out of `licenses` of the runner in runners.yaml.",
  );
}
