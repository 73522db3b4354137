import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the lab lives: outside of every clone, so that all clones drive the same lab. */
export interface LabPaths {
  /** WAVELIFT_LAB, default /var/lib/wavelift-lab. */
  readonly home: string;
  readonly cloudsYaml: string;
  /** One folder a datastore, laid out as an estate file names it. */
  readonly datastores: string;
  /** Base system, ssh key `id_lab`, `known_hosts`, and one folder a guest with its host key and known sums. */
  readonly guests: string;
  readonly logs: string;
}

export const labPaths = (environment: Readonly<Record<string, string | undefined>>): LabPaths => {
  const given = environment["WAVELIFT_LAB"];
  const home = given === undefined || given === "" ? "/var/lib/wavelift-lab" : resolve(given);
  return {
    home,
    cloudsYaml: join(home, "clouds.yaml"),
    datastores: join(home, "datastores"),
    guests: join(home, "guests"),
    logs: join(home, "log"),
  };
};

/** A script or file of the folder lab/ of this clone. */
export const labSource = (...parts: string[]): string => fileURLToPath(new URL(join(".", ...parts), import.meta.url));
