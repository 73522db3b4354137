import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import type { z } from "zod";
import type { PopulationVm } from "../../lab/vcenter/population.ts";
import { type Simulator, startSimulator } from "../../lab/vcenter/simulator.ts";
import { Workspace } from "./workspace.ts";

const WAVE = "test-vcenter";
const MIB = 2 ** 20;

const disk = (number: number) => ({
  deviceKey: 1999 + number,
  label: `Hard disk ${number}`,
  capacityBytes: 64 * MIB,
  file: `vc01/vc01_${number}.vmdk`,
  unit: number - 1,
});
const vm: z.input<typeof PopulationVm> = {
  name: "vc01",
  instanceUuid: "5027a000-0000-4000-8000-0000000000c1",
  datastore: "test",
  esxiHost: "esx1.example",
  powerState: "poweredOff",
  disks: [disk(1)],
  nics: [
    {
      ...{ deviceKey: 4000, label: "Network adapter 1", network: "VM Network", macAddress: "00:50:56:7e:0c:01" },
      addresses: [{ address: "10.20.0.244", prefixLength: 24 }],
    },
  ],
};

/** A wave whose facts come from a vCenter, which is asked again before each run. */
describe("a wave of a live vCenter", function () {
  this.timeout(1_200_000);
  const wave = new Workspace(WAVE);
  let vcenter: Simulator;

  before(async () => {
    vcenter = await startSimulator({
      population: {
        datacenters: [
          {
            name: "DC0",
            hosts: [{ name: "esx1.example" }],
            datastores: [{ name: "test" }],
            networks: [{ name: "VM Network" }],
            vms: [vm],
          },
        ],
      },
      folder: wave.datastore,
      files: true,
    });
    // Where the simulator keeps the first datastore of its first datacenter.
    wave.writeRunners({ test: path.join(wave.datastore, "dc0-ds0") });
    const caFile = path.join(wave.folder, "vcenter.pem");
    // It goes with the simulator, which does not answer in the last test.
    copyFileSync(vcenter.certificateFile, caFile);
    const passwordFile = path.join(wave.folder, "vcenter.password");
    writeFileSync(passwordFile, `${vcenter.password}\n`, { mode: 0o600 });
    const sources = {
      lab: { url: new URL(vcenter.url).origin, username: vcenter.user, passwordFile, caFile },
    };
    wave.environment["WAVELIFT_SOURCES"] = path.join(wave.folder, "sources.yaml");
    writeFileSync(wave.environment["WAVELIFT_SOURCES"], stringify({ version: 1, sources }));
    await wave.open();
    const read = await wave.succeed("inventory", "vcenter", "lab", "--inventory", wave.inventory);
    assert.match(read.all, /1 VM\(s\): 1 new/);
    wave.writePlan({ [WAVE]: { target: "lab", vms: { vc01: {} } } });
    await wave.plan();
  });
  after(async () => {
    await wave.close();
    await vcenter.stop();
  });

  it("is stopped at preview while a disk was added since its facts were read, and goes on once they are read again", async () => {
    await vcenter.put({ ...vm, memoryMiB: 4096, disks: [disk(1), disk(2)] });
    const stopped = await wave.preview();
    assert.notEqual(stopped.exitCode, 0);
    assert.match(stopped.all, /vc01.*\[source\.data-changed\].*Hard disk 2 \(2001\): is new/);
    assert.match(stopped.all, /\[source\.changed\].*memory \(MiB\): 2048 -> 4096/);
    const again = await wave.succeed("inventory", "vcenter", "lab", "--inventory", wave.inventory);
    assert.match(again.all, /vc01: disks\.2001: /);
    await wave.plan();
    const quiet = await wave.preview();
    assert.equal(quiet.exitCode, 0, quiet.all);
    assert.doesNotMatch(quiet.all, /source\./);
  });

  it("has copied both disks after up; what changes then is told and stops nothing", async () => {
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    assert.deepEqual([...(await wave.volumes()).keys()].sort(), ["vc01-disk-2000", "vc01-disk-2001"]);
    await vcenter.put({ ...vm, memoryMiB: 4096, disks: [disk(1)] });
    const warned = await wave.preview("--expect-no-changes");
    assert.equal(warned.exitCode, 0, warned.all);
    assert.match(warned.all, /warning: vc01.*\[source\.data-changed\].*Hard disk 2 \(2001\)/);
  });

  it("leaves the vCenter's password in no state, output, wave file or estate", async () => {
    const state = await wave.pulumi("stack", "export", "--show-secrets", "--stack", WAVE);
    const files = ["estate/vc01.json", `waves/${WAVE}.json`, "plan.yaml"].map((name) =>
      readFileSync(path.join(wave.inventory, name), "utf8"),
    );
    const preview = await wave.preview("--logtostderr", "-v=9");
    assert.ok(state.stdout.includes("vc01-disk-2000"));
    for (const text of [state.stdout, preview.all, ...files]) assert.ok(!text.includes(vcenter.password));
  });

  it("goes on with the facts of its estate, and says so, when the vCenter does not answer", async () => {
    await vcenter.stop();
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /\[source\.unread\]/);
  });
});
