import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { type PopulationVm } from "../../lab/vcenter/population.ts";
import { type Simulator, startSimulator } from "../../lab/vcenter/simulator.ts";
import { readVms } from "../../inventory/readers/vsphere.ts";
import { EstateVm } from "../../inventory/schema/estate.ts";
import { openVsphere } from "../../inventory/vsphere/session.ts";
import type { VsphereSettings } from "../../inventory/vsphere/settings.ts";
import { SourceSettingsError } from "../../inventory/vsphere/sources-file.ts";
import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { readLive } from "../../review/read-live.ts";
import { input, plan } from "../planning/fixtures.ts";
import { labPopulation } from "./lab-population.ts";

const wave = ["web01", "web02", "asleep"];

describe("the wave's VMs are read again at preview", function () {
  this.timeout(180_000);
  let vcenter: Simulator;
  let settings: VsphereSettings;
  let estate: ReadonlyMap<string, EstateVm>;
  let web02: PopulationVm;

  before(async () => {
    const population = await labPopulation();
    vcenter = await startSimulator({ population });
    web02 = population.datacenters[0]?.vms.find(({ name }) => name === "web02") ?? assert.fail("no web02");
    const caPem = await readFile(vcenter.certificateFile, "utf8");
    const url = new URL(new URL(vcenter.url).origin);
    settings = { url, username: vcenter.user, password: () => vcenter.password, caPem, thumbprint: null };
    estate = await readEstate();
  });

  after(() => vcenter.stop());

  async function readEstate(): Promise<ReadonlyMap<string, EstateVm>> {
    const session = await openVsphere(settings);
    const vms = new Map<string, EstateVm>();
    try {
      for await (const found of readVms(
        session,
        wave.map((name) => vcenter.ids[name] ?? ""),
      ))
        if ("vm" in found) vms.set(found.vm.name, EstateVm.parse({ version: 1, key: found.vm.name, ...found.vm }));
    } finally {
      await session.close();
    }
    return vms;
  }

  const thePlan = (overrides: object = {}) =>
    plan({ ...Object.fromEntries(wave.map((key) => [key, {}])), ...overrides });
  const live = (given: Parameters<typeof readLive>[3] = { settings: () => settings }, overrides: object = {}) =>
    readLive(thePlan(overrides), "wave1", estate, given);

  /** What planning says of it. */
  async function concerns(): Promise<string[]> {
    const wave1 = input([...estate.values()], { live: await live() });
    return planWave(wave1)
      .concerns.filter(({ id }) => id.startsWith("source."))
      .map(({ id, category, vm, assessment }) => `${id} ${category} ${String(vm)} ${assessment}`);
  }

  it("and nothing is said where nothing changed", async () => {
    assert.equal((await live()).vms.size, wave.length);
    assert.deepEqual(await concerns(), []);
  });

  it("and a disk, a MAC address, memory, a snapshot and another host are told", async () => {
    const disk = { deviceKey: 2001, label: "Hard disk 2", capacityBytes: 2 ** 30, file: "web02/new.vmdk", unit: 1 };
    await vcenter.put({
      ...web02,
      memoryMiB: 4096,
      esxiHost: "esx1.example",
      nics: web02.nics.map((nic) => ({ ...nic, macAddress: "00:50:56:aa:00:99" })),
      disks: [...web02.disks, disk],
      snapshots: [{ id: "snapshot-77", name: "backup", createdAt: "2026-01-02T03:04:05Z", parent: null }],
    });
    const found = await concerns();
    await vcenter.put(web02);
    for (const pattern of [
      /^source\.data-changed Critical web02 Hard disk 2 \(2001\): is new, 1073741824 bytes/,
      /^source\.data-changed Critical web02 Network adapter 1 \(4000\) MAC address: .*:03 -> .*:99/,
      /^source\.data-changed Critical web02 new snapshot backup/,
      /^source\.changed Warning web02 memory \(MiB\): 2048 -> 4096/,
      /^source\.changed Information web02 ESXi host: esx2\.example -> esx1\.example/,
    ])
      assert.ok(
        found.some((line) => pattern.test(line)),
        `${String(pattern)} is not in:\n${found.join("\n")}`,
      );
    assert.equal(found.length, 5, found.join("\n"));
  });

  it("and one that the vCenter does not know is told", async () => {
    const unknown = estate.get("asleep") ?? assert.fail("not read");
    estate = new Map([...estate, ["asleep", { ...unknown, source: { ...unknown.source, id: "vm-999999" } }]]);
    const found = await concerns();
    estate = new Map([...estate, ["asleep", unknown]]);
    assert.match(found.join("\n"), /^source\.gone Critical asleep 127\.0\.0\.1 has no VM with the id vm-999999/);
  });

  it("and one that cannot be read is not taken for gone", async () => {
    await vcenter.put({ ...web02, memoryMiB: 0 });
    const found = await concerns();
    await vcenter.put(web02);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", /^source\.unread Warning null 127\.0\.0\.1: web02 cannot be read: memoryMiB 0;/);
  });

  it("and only those that are to be migrated", async () => {
    const { vms } = await live(undefined, { asleep: { phase: "accepted" }, web01: { exclude: true } });
    assert.deepEqual([...vms.keys()], ["web02"]);
  });

  it("and nobody is asked where sources.yaml has no such vCenter", async () => {
    assert.deepEqual(await live({ settings: () => null }), { vms: new Map(), unread: [] });
  });

  it("and look-ups of a plugin that does not answer are told of; what the reader found counts", async () => {
    const reason = "look-ups of the vsphere plugin: no answer";
    const given = { ...settings, plugin: true };
    const lookups = () => Promise.reject(new VsphereError("127.0.0.1", reason, null));
    const { vms, unread } = await live({ settings: () => given, lookups });
    assert.deepEqual([vms.size, unread], [wave.length, [{ server: "127.0.0.1", reason, vms: [] }]]);
  });

  it("and no plugin is asked where sources.yaml does not say so", async () => {
    const lookups = () => assert.fail("asked");
    assert.deepEqual((await live({ settings: () => settings, lookups })).unread, []);
  });

  describe("a source that cannot be asked is told of, and stops nothing:", () => {
    const unreadBy = async (given: Parameters<typeof readLive>[3]) => {
      const { vms, unread } = await live(given);
      assert.equal(vms.size, 0);
      assert.deepEqual(
        unread.map(({ vms: keys }) => keys),
        [["asleep", "web01", "web02"]],
      );
      return unread[0]?.reason ?? "";
    };

    it("a wrong password, which is not told", async () => {
      const wrong = { ...settings, password: () => "not-the-password" };
      const reason = await unreadBy({ settings: () => wrong });
      assert.match(reason, /password|login/i);
      assert.doesNotMatch(reason, /not-the-password/);
    });

    it("a certificate that is not its own", async () => {
      assert.match(await unreadBy({ settings: () => ({ ...settings, caPem: null }) }), /certificate/);
    });

    it("settings that cannot be used", async () => {
      const given = (): never => {
        throw new SourceSettingsError("passwordFile: cannot be read");
      };
      assert.match(await unreadBy({ settings: given }), /passwordFile/);
    });

    it("one that takes the connection and never answers", async () => {
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
      const address = silent.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const url = new URL(`https://127.0.0.1:${port}`);
      const reason = await unreadBy({ settings: () => ({ ...settings, url }), limitMs: 300 });
      silent.close();
      assert.match(reason, /within 0\.3 s/);
    });
  });
});
