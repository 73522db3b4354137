import { mkdirSync } from "node:fs";
import path from "node:path";
import type { LabPaths } from "../paths.ts";

/**
 * What the lab's stacks need in the environment: cloud, conversion host's view, a file backend for Pulumi's state.
 * The passphrase guards nothing here: the lab's stacks hold no secret.
 */
export function labEnvironment(paths: LabPaths): Record<string, string> {
  const backend = path.join(paths.home, "pulumi");
  mkdirSync(backend, { recursive: true });
  return {
    WAVELIFT_LAB: paths.home,
    OS_CLIENT_CONFIG_FILE: paths.cloudsYaml,
    OS_CLOUD: "lab",
    WAVELIFT_RUNNERS: path.join(paths.home, "runners.yaml"),
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: "lab",
  };
}

/** runners.yaml of the lab: this machine is the conversion host and sees both datastores. */
export function labRunners(paths: LabPaths): string {
  return `# What the lab's conversion host (this machine) sees; written by the lab.
version: 1
runner: { kind: local }
datastores:
  ds1: ${JSON.stringify(path.join(paths.datastores, "ds1"))}
  ds2: ${JSON.stringify(path.join(paths.datastores, "ds2"))}
storage:
  lab: { pool: volumes, user: cinder, conf: /etc/ceph/ceph.conf, images: { pool: images, user: glance } }
  tenant: { pool: volumes, user: cinder, conf: /etc/ceph/ceph.conf }
slots: 2
threads: 4
`;
}
