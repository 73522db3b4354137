import { execFile } from "node:child_process";
import { link, mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { DiskSource } from "../../conversion/job.ts";
import type { SourceLogins } from "../../conversion/source/login.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

const DATASTORE = "ds1";
const FILE = "vm1/vm1.vmdk";
const FLAT = "vm1/vm1-flat.vmdk";

/** A vCenter with one VM, switched off, whose one disk holds given bytes. */
export interface HttpsDisk {
  readonly vcenter: Simulator;
  /** The disk as a job has it, read by the transport https. */
  readonly source: DiskSource;
  readonly logins: SourceLogins;
  /** The flat file at /folder, for other tools: they give user and password. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/**
 * Starts the lab's vCenter on a disk that is served over HTTPS on the loopback interface.
 * @param raw file with the disk's bytes, a multiple of 512; it is only read
 */
export async function startHttpsSource(raw: string): Promise<HttpsDisk> {
  const capacityBytes = (await stat(raw)).size;
  const folder = await mkdtemp(path.join(tmpdir(), "wavelift-https-"));
  const flat = path.join(folder, "dc0-ds0", FLAT);
  await mkdir(path.dirname(flat), { recursive: true });
  // A second name where that goes, else a copy that stays sparse.
  await link(raw, flat).catch(() => promisify(execFile)("cp", ["--sparse=always", "--", raw, flat]));
  const disk = { deviceKey: 2000, label: "Hard disk 1", capacityBytes, file: FILE, unit: 0 };
  const vm = { name: "vm1", instanceUuid: "5027a000-0000-4000-8000-0000000000e1", datastore: DATASTORE };
  const vcenter = await startSimulator({
    population: {
      datacenters: [
        {
          name: "DC0",
          hosts: [{ name: "esx1.example" }],
          datastores: [{ name: DATASTORE }],
          vms: [{ ...vm, esxiHost: "esx1.example", powerState: "poweredOff", disks: [disk] }],
        },
      ],
    },
    folder,
    files: true,
  });
  const { origin, hostname: server } = new URL(vcenter.url);
  const caPem = await readFile(vcenter.certificateFile, "utf8");
  const { user: username, password } = vcenter;
  return {
    vcenter,
    source: {
      ...{ transport: "https", datastore: DATASTORE, file: FILE, format: "vmdk", capacityBytes },
      origin: { server, vm: vcenter.ids["vm1"] ?? "", deviceKey: disk.deviceKey },
    },
    logins: {
      [server]: { kind: "vsphere", url: origin, username, password, caPem, thumbprint: null, hostAddresses: {} },
    },
    url: `${origin}/folder/${FLAT}?dcPath=DC0&dsName=${DATASTORE}`,
    stop: async () => {
      await vcenter.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
