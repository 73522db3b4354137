import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { z } from "zod";
import type { PopulationVm } from "../../lab/vcenter/population.ts";
import { type Simulator, startSimulator } from "../../lab/vcenter/simulator.ts";
import { ChildCommands } from "../../conversion/commands.ts";
import { systemClock } from "../../conversion/effects.ts";
import type { DiskSource } from "../../conversion/job.ts";
import { Settings } from "../../conversion/settings.ts";
import type { RandomContents } from "../../conversion/source/contents.ts";
import { inspectDisk } from "../../conversion/source/inspect-disk.ts";
import type { SourceLogin } from "../../conversion/source/login.ts";
import type { InspectedSource, SourceContext } from "../../conversion/source/transport.ts";
import { holdSessions } from "../../conversion/source/vsphere-sessions.ts";

export const MIB = 2 ** 20;
export const CAPACITY = 24 * MIB;
export const DISK = "web-disk-2000";
/** Names as people give them: what means something in a URL stands in each. */
const DATASTORE = "ds 1+#%ü";
export const FOLDER = "web 01 & 2?";
export const FILE = `${FOLDER}/web+01 #5%20.vmdk`;
export const ESXI = "esx1.example";

export const webDisk = { deviceKey: 2000, label: "Hard disk 1", capacityBytes: CAPACITY, file: FILE, unit: 0 };

export const webVm = {
  name: "web",
  instanceUuid: "5027a000-0000-4000-8000-0000000000d1",
  datastore: DATASTORE,
  esxiHost: ESXI,
  powerState: "poweredOff",
  disks: [webDisk],
} satisfies z.input<typeof PopulationVm>;

/** Its disk lies where no file can be read. */
export const vsanVm = {
  ...webVm,
  name: "onvsan",
  instanceUuid: "5027a000-0000-4000-8000-0000000000d2",
  datastore: "vsan 1",
  disks: [{ ...webDisk, file: "onvsan/onvsan.vmdk" }],
} satisfies z.input<typeof PopulationVm>;

/** A vCenter in whose datastore one disk holds real bytes. */
export interface HttpsSource {
  readonly vcenter: Simulator;
  /** Folder of the datastore. */
  readonly datastore: string;
  /** What the disk holds. */
  readonly bytes: Buffer;
  /** Lines that were logged. */
  readonly lines: string[];
  /** A context of its own session; `login` changes how the vCenter is reached. */
  readonly context: (login?: Partial<SourceLogin & { kind: "vsphere" }>) => SourceContext;
  /** The disk looked into, in a context of its own. */
  readonly inspect: (
    change?: Partial<DiskSource>,
    login?: Partial<SourceLogin & { kind: "vsphere" }>,
  ) => Promise<InspectedSource>;
  readonly stop: () => Promise<void>;
}

export async function startHttpsSource(): Promise<HttpsSource> {
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-https-"));
  const hosts = [{ name: ESXI }, { name: "esx2.example" }];
  const place = { name: "DC 1", folder: "EU/Süd", hosts, networks: [{ name: "VM Network" }] };
  const datastores = [{ name: DATASTORE }, { name: vsanVm.datastore, type: "vsan" }];
  const vcenter = await startSimulator({
    population: { datacenters: [{ ...place, datastores, vms: [webVm, vsanVm] }] },
    folder,
    files: true,
    hostServers: [ESXI],
  });
  const datastore = path.join(folder, "dc0-ds0");
  const bytes = Buffer.concat([randomBytes(9 * MIB + 512), Buffer.alloc(10 * MIB), randomBytes(5 * MIB - 512)]);
  const flat = openSync(path.join(datastore, FILE.replace(".vmdk", "-flat.vmdk")), "r+");
  writeSync(flat, bytes);
  closeSync(flat);
  const lines: string[] = [];
  const held: (() => Promise<void>)[] = [];
  const context = (login: Partial<SourceLogin & { kind: "vsphere" }> = {}): SourceContext => {
    const own: SourceLogin & { kind: "vsphere" } = {
      ...{ kind: "vsphere", url: new URL(vcenter.url).origin, username: vcenter.user, password: vcenter.password },
      ...{ caPem: readFileSync(vcenter.certificateFile, "utf8"), thumbprint: null, hostAddresses: {} },
      ...login,
    };
    const logins = { "127.0.0.1": own };
    const sessions = holdSessions(logins);
    held.push(sessions.close);
    return {
      commands: new ChildCommands(),
      // Nothing is waited for longer than it takes to see that it was waited for.
      clock: { now: () => systemClock.now(), sleep: (ms) => systemClock.sleep(Math.min(ms, 20)) },
      log: (line) => lines.push(line),
      settings: Settings.parse({ version: 1, datastores: {}, storage: {} }),
      logins,
      vsphere: sessions.session,
      folder,
    };
  };
  return {
    vcenter,
    datastore,
    bytes,
    lines,
    context,
    inspect: (change = {}, login = {}) =>
      inspectDisk(context(login), DISK, {
        ...{ transport: "https", datastore: DATASTORE, file: FILE, format: "vmdk", capacityBytes: CAPACITY },
        origin: { server: "127.0.0.1", vm: vcenter.ids["web"] ?? assert.fail("no id"), deviceKey: 2000 },
        ...change,
      }),
    stop: async () => {
      await Promise.all(held.map((close) => close()));
      await vcenter.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Contents that can be read at any place, opened. */
export async function openRandom(found: InspectedSource): Promise<RandomContents> {
  const contents = await found.open();
  assert.equal(contents.kind, "random");
  return contents;
}

/** Reads all of a disk, `depth` ranges of 4 MiB side by side. */
export async function readAll(contents: RandomContents): Promise<Buffer> {
  const all = Buffer.alloc(CAPACITY, 0xff);
  const offsets = Array.from({ length: CAPACITY / (4 * MIB) }, (_, index) => index * 4 * MIB);
  await Promise.all(
    offsets.map((offset) => contents.read({ offset, length: 4 * MIB }, all.subarray(offset, offset + 4 * MIB))),
  );
  return all;
}
