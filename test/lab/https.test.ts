import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import type { z } from "zod";
import type { PopulationVm } from "../../lab/vcenter/population.ts";
import { type Simulator, startSimulator, type Trouble } from "../../lab/vcenter/simulator.ts";
import { isIdentical, ledger, randomDisk } from "./disks.ts";
import { watchProcesses } from "./process-watch.ts";
import { searchFolder } from "./secret-search.ts";
import { Workspace, type Run } from "./workspace.ts";

const WAVE = "test-https";
const MIB = 2 ** 20;
const SIZE_MIB = 96;
const FILE = "hx 01/hx+01.vmdk";
/** Slow enough to meddle with. */
const RATE = { bytesPerSecond: 12 * MIB };

const disk = { deviceKey: 2000, label: "Hard disk 1", capacityBytes: SIZE_MIB * MIB, file: FILE, unit: 0 };
const vm: z.input<typeof PopulationVm> = {
  ...{ name: "hx01", instanceUuid: "5027a000-0000-4000-8000-0000000000c2", datastore: "far", esxiHost: "esx1.example" },
  powerState: "poweredOff",
  disks: [disk],
  nics: [
    {
      ...{ deviceKey: 4000, label: "Network adapter 1", network: "VM Network", macAddress: "00:50:56:7e:0c:02" },
      addresses: [{ address: "10.20.0.30", prefixLength: 24 }],
    },
  ],
};

/** A wave whose disk is on a datastore that this host does not see: it comes over HTTPS from the vCenter. */
describe("a wave over HTTPS", function () {
  this.timeout(1_200_000);
  const wave = new Workspace(WAVE);
  const raw = path.join(wave.datastore, "dc0-ds0", FILE.replace(".vmdk", "-flat.vmdk"));
  let vcenter: Simulator;

  before(async () => {
    vcenter = await startSimulator({
      population: {
        datacenters: [
          {
            name: "DC0",
            hosts: [{ name: "esx1.example" }],
            datastores: [{ name: "far" }],
            networks: [{ name: "VM Network" }],
            vms: [vm],
          },
        ],
      },
      folder: wave.datastore,
      files: true,
    });
    await randomDisk(raw, SIZE_MIB, SIZE_MIB - 8);
    wave.writeRunners({});
    const caFile = path.join(wave.folder, "vcenter.pem");
    copyFileSync(vcenter.certificateFile, caFile);
    const passwordFile = path.join(wave.folder, "vcenter.password");
    writeFileSync(passwordFile, `${vcenter.password}\n`, { mode: 0o600 });
    wave.environment["WAVELIFT_SOURCES"] = path.join(wave.folder, "sources.yaml");
    const lab = { url: new URL(vcenter.url).origin, username: vcenter.user, passwordFile, caFile };
    writeFileSync(wave.environment["WAVELIFT_SOURCES"], stringify({ version: 1, sources: { lab } }));
    await wave.open({ datastores: { far: "ceph" } });
    await wave.succeed("inventory", "vcenter", "lab", "--inventory", wave.inventory);
    wave.writePlan(
      { [WAVE]: { target: "lab", vms: { hx01: { transport: "https" } } } },
      { datastores: { far: "ceph" } },
    );
    await wave.plan();
  });
  after(async () => {
    await wave.close();
    await vcenter.stop();
  });

  /** Brings the wave up and causes trouble each time that so much more has been read. */
  async function upWith(troubles: readonly { readonly atMiB: number; readonly trouble: Trouble }[]): Promise<Run> {
    const { bytes: before } = await vcenter.trouble(RATE);
    const end = new AbortController();
    const running = wave.up().finally(() => {
      end.abort();
    });
    for (const { atMiB, trouble } of troubles) {
      // Asking what was served ends no trouble that is under way: these have met their requests, or last for a time.
      while (!end.signal.aborted && (await vcenter.trouble(RATE)).bytes - before < atMiB * MIB) await sleep(100);
      if (end.signal.aborted) assert.fail(`the copy ended before ${atMiB} MiB were read: ${(await running).all}`);
      await vcenter.trouble({ ...RATE, ...trouble });
      await sleep(1000);
    }
    return running;
  }

  it("goes on when the session ends and when the server is away in mid-copy, and has every byte; the password is nowhere", async () => {
    const secrets = [{ name: "the vCenter's password", core: vcenter.password }];
    const processes = watchProcesses(secrets);
    const up = await upWith([
      { atMiB: 16, trouble: { endSessions: true } },
      { atMiB: 40, trouble: { outMs: 3000 } },
    ]);
    const seen = processes.stop();
    assert.equal(up.exitCode, 0, up.all);
    assert.match(up.all, /over HTTPS from the datastore "far" through 127\.0\.0\.1/);
    assert.match(up.all, /the session at 127\.0\.0\.1 had ended: logged in again/);
    const volume = (await wave.volumes()).get("hx01-disk-2000") ?? assert.fail("no volume");
    assert.ok(await isIdentical(raw, volume));
    assert.equal((await ledger(volume))?.state, "sealed");

    assert.deepEqual([seen.inArguments, seen.inEnvironments], [[], []]);
    assert.ok(seen.commands.has("node (conversion program)"), [...seen.commands].join());
    const state = await wave.pulumi("stack", "export", "--show-secrets", "--stack", WAVE);
    assert.ok(state.stdout.includes("hx01-disk-2000"));
    for (const text of [state.stdout, up.all]) assert.ok(!text.includes(vcenter.password));
    const files = searchFolder(wave.folder, secrets, { skip: [wave.datastore] });
    assert.deepEqual(
      files.findings.map(({ place }) => path.basename(place)),
      ["vcenter.password"],
    );
    assert.ok(files.files > 5);
    assert.ok(!readFileSync(path.join(wave.inventory, "waves", `${WAVE}.json`), "utf8").includes(vcenter.url));
  });
});
