import assert from "node:assert/strict";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { z } from "zod";
import { setBootable } from "../../cloud/cinder.ts";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readCloudEntry } from "../../cloud/clouds-yaml.ts";
import { readHoldings } from "../../cloud/holdings.ts";
import { removePort, removeServer, removeVolume } from "../../cloud/remove.ts";
import { LEDGER_KEY, type Ledger } from "../../conversion/ledger/ledger.ts";
import type { WaveFile } from "../../inventory/schema/wave.ts";
import { imagesOf, leftoversOf } from "../../lab/demo/leftovers.ts";
import { markDescription, markMetadata } from "../../planning/mark.ts";
import { bootSectorProperties, makeBootable } from "./boot-sector.ts";
import { forgetLedger, isIdentical, randomDisk } from "./disks.ts";
import { startFaultProxy, type FaultProxy, type ProxiedRequest } from "./fault-proxy.ts";
import { killRun } from "./kill-engine.ts";
import { testVm } from "./vms.ts";
import { paths, Workspace } from "./workspace.ts";

const MIB = 2 ** 20;
const WAVE = "test-leftovers";
const STACK = `wavelift/${WAVE}`;
const creates = (noun: string) => (request: ProxiedRequest) =>
  request.method === "POST" && new RegExp(`/${noun}$`).test(request.path) && request.body.includes("left1");

/** One wave whose every first try is killed at an exact point; the steps build on each other. */
describe("what a killed engine leaves behind", function () {
  this.timeout(1_200_000);
  const wave = new Workspace(WAVE);
  const disk = path.join(wave.datastore, "left.raw");
  let proxy: FaultProxy;
  let client: CloudClient;
  let planned: WaveFile["vms"][number] | undefined;
  /** Things that look like ours and are not, or must be kept: id -> how it is taken away at the end. */
  const strangers = new Map<string, () => Promise<unknown>>();

  before(async () => {
    proxy = await startFaultProxy();
    const cloudsYaml = path.join(wave.folder, "clouds.yaml");
    proxy.writeCloudsYaml(paths.cloudsYaml, cloudsYaml);
    wave.environment["OS_CLIENT_CONFIG_FILE"] = cloudsYaml;
    client = await connect(readCloudEntry("lab", { OS_CLIENT_CONFIG_FILE: paths.cloudsYaml }));
    await wave.open();
    await randomDisk(disk, 64, 64);
    await makeBootable(disk);
    wave.writeVm(testVm("left1", 210, [{ file: "left.raw", capacityBytes: 64 * MIB }]));
    // Once of this wave, no longer declared: what is there of them is not in the state and has to be kept.
    for (const [key, last] of [
      ["old1", 211],
      ["old2", 212],
    ] as const)
      wave.writeVm(testVm(key, last, [{ file: "left.raw", capacityBytes: 64 * MIB }]));
    const left1 = { boot: true, imageProperties: bootSectorProperties };
    wave.writePlan({
      [WAVE]: { target: "lab", vms: { left1, old1: { phase: "absent" }, old2: { phase: "absent" } } },
    });
    await wave.plan();
    planned = wave.waveFile.vms.find(({ key }) => key === "left1");
    await placeStrangers();
  });
  after(async () => {
    proxy.hooks = {};
    for (const remove of [...strangers.values()].reverse()) await remove();
    await wave.close();
    await client.close();
    await proxy.close();
  });

  const Created = z.record(z.string(), z.looseObject({ id: z.string() }));
  async function create(service: "block-storage" | "network" | "compute", noun: string, body: object): Promise<string> {
    // 2.37: a server may be without a network.
    const options = service === "compute" ? { microversion: "compute 2.37" } : {};
    const answer = Created.parse(await client.request(service, "POST", `/${noun}s`, { [noun]: body }, options));
    return answer[noun]?.id ?? "";
  }
  async function volume(key: string, metadata: object): Promise<string> {
    const id = await create("block-storage", "volume", { name: key, size: 1, volume_type: "ceph", metadata });
    strangers.set(id, () => removeVolume(client, id));
    return id;
  }
  async function port(description: string): Promise<string> {
    const id = await create("network", "port", {
      name: "left1-nic-4000",
      network_id: planned?.nics[0]?.networkId,
      description,
    });
    strangers.set(id, () => removePort(client, id));
    return id;
  }
  const status = async (id: string): Promise<string> =>
    (await readHoldings(client, "lab")).volumes.find((one) => one.id === id)?.status ?? "gone";

  async function available(id: string): Promise<void> {
    for (let tries = 0; (await status(id)) !== "available" && tries < 120; tries += 1) await sleep(500);
  }

  async function placeStrangers(): Promise<void> {
    const ours = (key: string) => ({ stack: STACK, key, generation: 1 });
    await volume("left1-disk-2000", {});
    const other = await volume("left1-disk-2000", markMetadata({ ...ours("left1-disk-2000"), stack: `${STACK}0` }));
    await volume("left1-disk-2000", { wavelift_stack: STACK });
    await port("");
    await port(markDescription({ ...ours("left1"), stack: `${STACK}0` }));
    // An accepted VM that the state does not know any more, and a disk that an import has begun.
    const accepted = await volume("old1-disk-2000", markMetadata(ours("old1-disk-2000")));
    const begun = await volume("old2-disk-2000", markMetadata(ours("old2-disk-2000")));
    await port(markDescription(ours("old1")));
    for (const id of [other, accepted, begun]) await available(id);
    await giveLedger(accepted, "old1-disk-2000", "accepted");
    await giveLedger(begun, "old2-disk-2000", "copying");
    await setBootable(client, other);
    const server = await create("compute", "server", {
      name: "left1",
      flavorRef: planned?.flavor.id,
      networks: "none",
      metadata: markMetadata({ ...ours("left1"), stack: `${STACK}0` }),
      block_device_mapping_v2: [{ uuid: other, source_type: "volume", destination_type: "volume", boot_index: 0 }],
    });
    strangers.set(server, () => removeServer(client, server));
  }

  async function giveLedger(volumeId: string, name: string, state: Ledger["state"]): Promise<void> {
    const ledger: Ledger = {
      ...{ version: 1, volumeId, disk: name, stack: STACK, generation: 1, state, writer: null },
      ...{ capacityBytes: MIB, sliceMiB: 4, begun: "", finished: "", changeId: null, digest: null },
      source: { files: 1, bytes: MIB, sha256: "00" },
      imageProperties: [],
    };
    const image = ["--id", "cinder", "--pool", "volumes", "image-meta", "set", `volume-${volumeId}`];
    await execa("rbd", [...image, LEDGER_KEY, JSON.stringify(ledger)]);
  }

  /** What of this wave's VM left1 there is. */
  async function ofLeft1(): Promise<{ servers: string[]; ports: string[]; volumes: string[] }> {
    const held = await readHoldings(client, "lab");
    const own = (things: readonly { id: string; mark: { stack: string; key: string } | null }[]): string[] =>
      things.filter(({ mark }) => mark?.stack === STACK && mark.key.startsWith("left1")).map(({ id }) => id);
    return { servers: own(held.servers), ports: own(held.ports), volumes: own(held.volumes) };
  }
  async function strangersAreThere(): Promise<void> {
    const held = await readHoldings(client, "lab");
    const there = new Set([...held.servers, ...held.ports, ...held.volumes].map(({ id }) => id));
    assert.deepEqual(
      [...strangers.keys()].filter((id) => !there.has(id)),
      [],
      "something that was not ours to remove is gone",
    );
  }

  /** Runs `wavelift VERB` and kills it when the cloud has done what `at` asks for, before the answer is handed on. */
  async function killedAt(
    verb: "up" | "destroy",
    at: (request: ProxiedRequest) => boolean,
    what: Parameters<typeof killRun>[1],
  ): Promise<string> {
    const running = wave.start(verb, WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    let killed = false;
    proxy.hooks = {
      onAnswer: (request, answer) => {
        if (!killed && at(request)) {
          assert.ok(answer.status < 300, answer.body);
          killed = killRun(running.pid ?? 0, what);
        }
        return undefined;
      },
    };
    const ended = await running;
    proxy.hooks = {};
    assert.ok(killed, `it was not killed:\n${ended.all}`);
    assert.notEqual(ended.exitCode, 0);
    return ended.all;
  }

  it("a volume: is removed by the next run, which makes its own", async () => {
    await killedAt("up", creates("volumes"), "engine");
    const [orphan = ""] = (await ofLeft1()).volumes;
    assert.notEqual(orphan, "");
    // Another orphan, whose creation failed, as far as Cinder says.
    const failed = await volume(
      "left1-disk-2000",
      markMetadata({ stack: STACK, key: "left1-disk-2000", generation: 1 }),
    );
    strangers.delete(failed);
    await available(failed);
    await client.request("block-storage", "POST", `/volumes/${failed}/action`, {
      "os-reset_status": { status: "error" },
    });
    const preview = await wave.preview();
    assert.match(preview.all, new RegExp(`leftover: volume .*${orphan}.*never written`));
    assert.equal((await ofLeft1()).volumes.length, 2, "preview only shows");

    const next = await killedAt("up", creates("ports"), "engine and plugins");
    assert.match(next, /that process is dead: the lock is removed/);
    for (const id of [orphan, failed]) assert.match(next, new RegExp(`removed volume .*${id}.*never written`));
    const { volumes } = await ofLeft1();
    assert.equal(volumes.length, 1);
    assert.ok(!volumes.includes(orphan) && !volumes.includes(failed));
    await strangersAreThere();
  });

  it("a port, still without its tags: is removed by the next run", async () => {
    const [orphan = ""] = (await ofLeft1()).ports;
    const next = await killedAt("up", creates("servers"), "everything");
    assert.match(next, new RegExp(`removed port .*${orphan}`));
    assert.ok(!(await ofLeft1()).ports.includes(orphan));
    await strangersAreThere();
  });

  it("a server: is removed by the next run, and the wave ends as if nothing had happened", async () => {
    const [orphan = ""] = (await ofLeft1()).servers;
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    assert.match(up.all, new RegExp(`removed server .*${orphan}`));
    assert.match(up.all, /kept volume old1-disk-2000 .*old1 was accepted/);
    assert.match(up.all, /kept volume old2-disk-2000 .*copied/);
    assert.doesNotMatch(up.all, /pending operations/);
    const { servers, ports, volumes } = await ofLeft1();
    assert.deepEqual([servers.length, ports.length, volumes.length], [1, 1, 1]);
    assert.ok(!servers.includes(orphan));
    assert.ok(await isIdentical(disk, volumes[0] ?? ""));
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
    await strangersAreThere();
  });

  it("a destroy that is killed in the middle: the next one leaves nothing, RBD's trash included", async () => {
    const [volumeId = ""] = (await ofLeft1()).volumes;
    // With a snapshot Cinder moves the image to the trash and calls the volume deleted.
    await execa("rbd", [
      "--id",
      "cinder",
      "--pool",
      "volumes",
      "snap",
      "create",
      "--no-progress",
      `volume-${volumeId}@s`,
    ]);
    const volumeGoes = ({ method, path: url }: ProxiedRequest): boolean =>
      method === "DELETE" && url.endsWith(`/volumes/${volumeId}`);
    await killedAt("destroy", volumeGoes, "everything");
    await strangersAreThere();
    // The server before its volume.
    for (const [id, remove] of [...strangers].reverse()) {
      await remove();
      strangers.delete(id);
    }
    const destroyed = await wave.wavelift("destroy", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.match(destroyed.all, new RegExp(`removed RBD trash entry .*${volumeId}`));
    assert.deepEqual(
      (await wave.offers()).flatMap((offer) => leftoversOf(offer, STACK)),
      [],
    );
    assert.deepEqual(await imagesOf([volumeId]), []);
  });
});

describe("a wave without a server, and a volume of it that Cinder fails to delete", function () {
  this.timeout(1_200_000);
  const wave = new Workspace("test-undeletable");
  before(async () => {
    await wave.open();
    await randomDisk(path.join(wave.datastore, "small.raw"), 4, 4);
    wave.writeVm(testVm("stuck1", 213, [{ file: "small.raw", capacityBytes: 4 * MIB }]));
    wave.writePlan({ "test-undeletable": { target: "lab", vms: { stuck1: {} } } });
    await wave.plan();
  });
  after(() => wave.close());
  const destroy = () => wave.destroy();
  const there = async (): Promise<string[]> =>
    (await wave.offers())
      .flatMap(({ volumes, ports }) => [...volumes, ...ports])
      .flatMap(({ id, mark }) => (mark?.stack === "wavelift/test-undeletable" ? [id] : []));

  it("is left alone, its free port too, by runs whose state is another one", async () => {
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    const before = await there();
    assert.equal(before.length, 2);
    const backend = wave.environment["PULUMI_BACKEND_URL"] ?? "";
    wave.environment["PULUMI_BACKEND_URL"] = `file://${wave.folder}`;
    try {
      const again = await wave.up();
      assert.equal(again.exitCode, 2, again.all);
      assert.match(again.all, /volume .*stuck1.*kept, because a disk was copied to it[^]*use the right backend/);
      const destroyed = await destroy();
      assert.notEqual(destroyed.exitCode, 0, "what is there is told as left");
      assert.match(destroyed.all, /left: port stuck1-nic-4000 .*the state knows nothing of stuck1/);
    } finally {
      wave.environment["PULUMI_BACKEND_URL"] = backend;
    }
    assert.deepEqual(await there(), before);
  });

  it("is not rolled back once it is accepted, its free port neither", async () => {
    const phase = async (value: string): Promise<void> => {
      wave.writePlan({ "test-undeletable": { target: "lab", vms: { stuck1: { phase: value } } } });
      await wave.plan();
    };
    await phase("accepted");
    const accepted = await wave.up();
    assert.equal(accepted.exitCode, 0, accepted.all);
    const before = await there();
    const destroyed = await destroy();
    assert.equal(destroyed.exitCode, 2, destroyed.all);
    assert.match(destroyed.all, /not destroyed:\n {2}stuck1: rollback is over: it was accepted\nNothing was removed/);
    await phase("absent");
    const up = await wave.up();
    assert.equal(up.exitCode, 2, up.all);
    assert.match(up.all, /is stopped:\n {2}stuck1: rollback is over/);
    assert.deepEqual(await there(), before);
    // Nothing in the product takes an acceptance back.
    for (const volume of (await wave.volumes()).values()) await forgetLedger(volume);
  });

  it("ends destroy with what to do about it; all else is gone, and when it is mended the volume goes too", async () => {
    const [volumeId = ""] = [...(await wave.volumes()).values()];
    const client = await connect(readCloudEntry("lab", { OS_CLIENT_CONFIG_FILE: paths.cloudsYaml }));
    const setStatus = (status: string): Promise<unknown> =>
      client.request("block-storage", "POST", `/volumes/${volumeId}/action`, { "os-reset_status": { status } });
    try {
      await setStatus("error_deleting");
      const failed = await destroy();
      assert.notEqual(failed.exitCode, 0);
      assert.match(failed.all, new RegExp(`left: volume .*${volumeId}.*error_deleting.*openstack volume set --state`));
      assert.deepEqual(
        (await wave.offers()).flatMap((offer) => leftoversOf(offer, "wavelift/test-undeletable")).length,
        1,
        "only the volume is left",
      );
    } finally {
      await setStatus("available");
      await client.close();
    }
    const destroyed = await destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.equal((await wave.volumes()).size, 0);
  });
});
