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
import type { Contents } from "../../conversion/source/contents.ts";
import type { SourceLogin } from "../../conversion/source/login.ts";
import type { SourceContext } from "../../conversion/source/transport.ts";
import { holdSessions } from "../../conversion/source/vsphere-sessions.ts";

/** What a test may change of a login. */
type VsphereLogin = Extract<SourceLogin, { kind: "vsphere" }>;

export const MIB = 2 ** 20;
/** No whole number of grains. */
export const CAPACITY = 5 * MIB + 3 * 512;

export const vm: z.input<typeof PopulationVm> = {
  name: "vm01",
  instanceUuid: "5027a000-0000-4000-8000-0000000000e1",
  datastore: "ds",
  esxiHost: "esx1.example",
  powerState: "poweredOff",
  disks: [0, 1].map((unit) => ({
    deviceKey: 2000 + unit,
    label: `Hard disk ${unit + 1}`,
    capacityBytes: CAPACITY,
    file: `vm01/vm01_${unit}.vmdk`,
    unit,
  })),
};

/** A vCenter with disks that hold data, and what transports need to read them. */
export class ExportWorld {
  readonly folder = mkdtempSync(path.join(tmpdir(), "wavelift-export-"));
  readonly lines: string[] = [];
  readonly commands = new ChildCommands();
  readonly #closers: (() => Promise<void>)[] = [];
  readonly vcenter: Simulator;

  private constructor(vcenter: Simulator) {
    this.vcenter = vcenter;
  }

  /** @param hostServers ESXi hosts that serve exports themselves */
  static async start(hostServers: readonly string[] = []): Promise<ExportWorld> {
    const vcenter = await startSimulator({
      population: {
        datacenters: [
          {
            name: "DC0",
            hosts: [{ name: "esx1.example" }],
            datastores: [{ name: "ds" }],
            networks: [{ name: "VM Network" }],
            vms: [vm],
          },
        ],
      },
      files: true,
      hostServers,
    });
    const world = new ExportWorld(vcenter);
    for (const unit of [0, 1]) world.write(unit, [0, 65_536 * 3 + 100, CAPACITY - 700]);
    return world;
  }

  /** Writes random data into a disk's file, at the source. */
  write(unit: number, offsets: readonly number[]): void {
    const file = openSync(this.file(unit), "r+");
    for (const offset of offsets) writeSync(file, randomBytes(600), 0, 600, offset);
    closeSync(file);
  }

  /** The flat file of a disk. */
  file(unit: number): string {
    return path.join(this.vcenter.datastores, "dc0-ds0", "vm01", `vm01_${unit}-flat.vmdk`);
  }

  bytes(unit: number): Buffer {
    return readFileSync(this.file(unit));
  }

  login(change: Partial<VsphereLogin> = {}): SourceLogin {
    const { url, user: username, password, certificateFile, hosts } = this.vcenter;
    const caPem = readFileSync(certificateFile, "utf8");
    return { kind: "vsphere", url, username, password, caPem, thumbprint: null, hostAddresses: hosts, ...change };
  }

  context(login: Partial<VsphereLogin> = {}, settings: object = {}): SourceContext {
    const logins = { "127.0.0.1": this.login(login) };
    const sessions = holdSessions(logins);
    this.#closers.push(sessions.close);
    return {
      commands: this.commands,
      clock: systemClock,
      log: (line) => this.lines.push(line),
      settings: Settings.parse({ version: 1, datastores: {}, storage: {}, ...settings }),
      logins,
      vsphere: sessions.session,
      folder: this.folder,
    };
  }

  source(transport: DiskSource["transport"], unit = 0, change: Partial<DiskSource> = {}): DiskSource {
    const id = this.vcenter.ids["vm01"] ?? "";
    return {
      transport,
      datastore: "ds",
      file: `vm01/vm01_${unit}.vmdk`,
      format: "vmdk",
      capacityBytes: CAPACITY,
      origin: { server: "127.0.0.1", vm: id, deviceKey: 2000 + unit },
      ...change,
    };
  }

  async stop(): Promise<void> {
    await Promise.all(this.#closers.map((close) => close()));
    this.commands.killAll();
    await this.vcenter.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** All that contents hold. */
export async function readAll(contents: Contents, capacityBytes = CAPACITY): Promise<Buffer> {
  const disk = Buffer.alloc(capacityBytes);
  if (contents.kind === "stream") for await (const { offset, data } of contents.pieces()) data.copy(disk, offset);
  else
    for (let offset = 0; offset < capacityBytes; offset += MIB) {
      const length = Math.min(MIB, capacityBytes - offset);
      await contents.read({ offset, length }, disk.subarray(offset, offset + length));
    }
  return disk;
}
