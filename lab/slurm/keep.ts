import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startCluster } from "./cluster.ts";

/**
 * `keep.ts FOLDER`: starts the lab's Slurm pool and stays by it; with this process everything of it ends. `ready` in the folder
 * says that it stands. The licences are those of the lab's datastores and of the vCenter simulator's hosts.
 */
const [, , folder] = process.argv;
if (folder === undefined) throw new Error("usage: keep.ts FOLDER");
const ready = join(folder, "ready");
rmSync(ready, { force: true });
const licenses = ["ds-ds1:2", "ds-ds2:2", "esxi-esx01:2", "esxi-esx02:2"];
const nodes = ["conv1", "conv2", "conv3"];
const cluster = await startCluster({ folder, net: "10.99.0", port: 6817, nodes, licenses });
const runner = {
  ...{ kind: "slurm", conf: cluster.conf, partition: "copy", shortPartition: "short", node: process.execPath },
  ...{ folder: join(cluster.ownFolder, "bundles"), licenses: { datastore: "ds-{name}", esxiHost: "esxi-{name}" } },
};
writeFileSync(ready, `${JSON.stringify(runner)}\n`);
process.stderr.write(readFileSync(ready, "utf8"));
for (const signal of ["SIGTERM", "SIGINT"] as const)
  process.on(signal, () => {
    rmSync(ready, { force: true });
    void cluster.close().then(() => process.exit(0));
  });
// A child of this process holds nothing open: stay.
setInterval(() => undefined, 60_000);
