import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as soon } from "node:timers/promises";
import { acquire, type Place, type Surroundings, type Wanted } from "../../conversion/limits/acquire.ts";
import { demandOf } from "../../conversion/limits/demand.ts";
import { fileLocks } from "../../conversion/limits/file-locks.ts";
import { sourceLimits, type Limit } from "../../conversion/limits/limit.ts";
import { LimitSettings } from "../../conversion/limits/limit-settings.ts";
import { plainName } from "../../conversion/limits/run-files.ts";
import { identify } from "../../conversion/process-identity.ts";
import { sourceOf } from "./support/disks.ts";
import { importJob } from "./support/world.ts";

const GIB = 2 ** 30;
const esx: Limit = { id: "esxiHost/esx1", count: 1 };
const store: Limit = { id: "datastore/a b/../c", count: 2 };
const here = { id: "conversionHost/conv1", count: 2, weight: 1 };

describe("limits", () => {
  let folder: string;
  let other: ChildProcess;
  let nowMs = 1_700_000_000_000;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
      await soon();
    },
  };
  before(() => {
    other = spawn("sleep", ["600"]);
  });
  after(() => {
    other.kill("SIGKILL");
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-limits-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const env = () => ({ WAVELIFT_RUN_DIR: folder });
  const idOf = (pid: number | undefined): string => JSON.stringify(identify(pid ?? 0));
  const dead = (): string => JSON.stringify({ ...identify(process.pid), startTicks: "1" });
  const slot = (limit: Limit, number: number, owner: string): void => {
    mkdirSync(join(folder, "limits", plainName(limit.id)), { recursive: true });
    writeFileSync(join(folder, "limits", plainName(limit.id), `slot-${number}`), owner);
  };
  const filesOf = (limit: Limit): string[] => {
    const there = join(folder, "limits", plainName(limit.id));
    return existsSync(there) ? readdirSync(there) : [];
  };
  const start = (change: Partial<Wanted> = {}, more: Partial<Surroundings> = {}) => {
    const lines: string[] = [];
    let place: Place | undefined;
    const wanted = { what: "d1", bytes: GIB, sinceMs: nowMs, limits: [store, esx], hosts: [here], prefers: null };
    const around = {
      env: env(),
      clock,
      log: (line: string) => lines.push(line),
      locks: fileLocks(env()),
      goOn: () => undefined,
    };
    const done = acquire({ ...wanted, ...change }, { ...around, ...more }).then((found) => (place = found));
    return { lines, done, place: () => place };
  };
  const rounds = async (count = 50): Promise<void> => {
    for (let round = 0; round < count; round++) await soon();
  };

  it("are taken all together and given back all together", async () => {
    const place = await start().done;
    assert.deepEqual([esx, store, here].map(filesOf), [["slot-0"], ["slot-0"], ["slot-0"]]);
    assert.deepEqual(readdirSync(join(folder, "limits", "waiting")), []);
    await place.release();
    assert.deepEqual([esx, store, here].map(filesOf), [[], [], []]);
  });
  it("are none of them taken while one is full; it is said which, and how many go first", async () => {
    slot(esx, 0, idOf(other.pid));
    const waiting = start();
    await rounds();
    assert.equal(waiting.place(), undefined);
    assert.deepEqual(filesOf(store), []);
    assert.match(
      waiting.lines.join(),
      /^d1: waiting for a slot: the VM's ESXi host \(1 disk at a time\); 0 .* go first/,
    );
    rmSync(join(folder, "limits", plainName(esx.id), "slot-0"));
    await (await waiting.done).release();
  });
  it("are taken one by one or not at all, also where another one was faster", async () => {
    slot(esx, 0, idOf(other.pid));
    assert.equal(await fileLocks(env()).take([store, esx, here], "d1"), null);
    assert.deepEqual([store, here].map(filesOf), [[], []]);
  });
  it("leave no file of a dead process behind, of whichever place", async () => {
    slot(store, 0, dead());
    slot(store, 1, dead());
    const locks = await fileLocks(env()).take([store], "d1");
    assert.deepEqual(filesOf(store), ["slot-0"]);
    await locks?.release();
    assert.deepEqual(filesOf(store), []);
  });

  it("of a dead process are free, those of a living one are not", async () => {
    for (const owner of [dead(), "{ half writt"]) {
      slot(esx, 0, owner);
      await (await start().done).release();
    }
    slot(here, 0, idOf(other.pid));
    slot(here, 1, idOf(other.pid));
    const cancel = new Error("cancelled while waiting");
    let cancelled = false;
    const goOn = (): void => {
      if (cancelled) throw cancel;
    };
    const waiting = start({}, { goOn });
    await rounds();
    cancelled = true;
    await assert.rejects(waiting.done, /cancelled while waiting/);
    assert.deepEqual(filesOf(here), ["slot-0", "slot-1"]);
    assert.deepEqual(readdirSync(join(folder, "limits", "waiting")), [], "it still waits");
  });
  it("go to the largest of those that wait and live", async () => {
    const entry = (owner: string) => ({
      process: JSON.parse(owner) as unknown,
      ...{ bytes: 9 * GIB, sinceMs: nowMs, prefers: null },
      limits: [{ id: esx.id, count: 1 }],
      hosts: [here],
    });
    mkdirSync(join(folder, "limits", "waiting"), { recursive: true });
    const larger = join(folder, "limits", "waiting", `${other.pid ?? 0}-1`);
    writeFileSync(larger, JSON.stringify(entry(idOf(other.pid))));
    const waiting = start();
    await rounds();
    assert.equal(waiting.place(), undefined, "it did not let the larger one go first");
    assert.match(waiting.lines.join(), /waiting for a slot: its turn; 1 of those that wait goes first/);
    writeFileSync(larger, JSON.stringify(entry(dead())));
    const next = start();
    await (await next.done).release();
    assert.deepEqual(readdirSync(join(folder, "limits", "waiting")).includes(`${other.pid ?? 0}-1`), false);
    rmSync(larger, { force: true });
    await (await waiting.done).release();
  });
  it("leave a conversion host out that has no room", async () => {
    const two = { id: "conversionHost/conv2", count: 1, weight: 9 };
    const room = ({ id, count }: Limit): number => (id === two.id ? 0 : count);
    const place = await start({ hosts: [two, here] }, { room }).done;
    assert.equal(place.host.id, here.id);
    await place.release();
  });

  it("have a number for each name, and none where they are unlimited", () => {
    const demand = { what: "d", stack: "s", esxiHost: "esx1", datastores: ["gold"], bytes: 1 };
    const limitsOf = (settings: object) =>
      sourceLimits(demand, LimitSettings.parse(settings)).map(({ id, count }) => `${id} ${count}`);
    assert.deepEqual(limitsOf({}), ["esxiHost/esx1 10"]);
    assert.deepEqual(limitsOf({ datastore: 8, datastores: { gold: 2 }, esxiHosts: { esx1: "unlimited" } }), [
      "datastore/gold 2",
    ]);
    assert.deepEqual(limitsOf({ datastore: 8, datastores: { silver: 2 }, esxiHost: 3 }), [
      "datastore/gold 8",
      "esxiHost/esx1 3",
    ]);
  });
  it("of a VM's ESXi host come from the estate, and only where the host is read", async () => {
    mkdirSync(join(folder, "inventory", "estate"), { recursive: true });
    const vm = {
      version: 1,
      key: "vm1",
      source: { kind: "vsphere", id: "vm-1" },
      instanceUuid: null,
      name: "a",
      powerState: "poweredOff",
    };
    const rest = {
      cpus: 1,
      coresPerSocket: null,
      memoryMiB: 1,
      firmware: null,
      secureBoot: null,
      tpm: null,
      guestId: "x",
      hostName: null,
    };
    const whole = {
      ...vm,
      ...rest,
      toolsState: "unknown",
      changeTracking: null,
      esxiHost: "esx7",
      disks: [],
      nics: [],
    };
    writeFileSync(join(folder, "inventory", "estate", "vm1.json"), JSON.stringify(whole));
    const hostOf = async (
      transport: "file" | "auto" | "ova" | "https",
      datastores: Record<string, string>,
      inventory = "inventory",
    ) => {
      const job = importJob({ ...sourceOf("d.raw", "raw"), transport });
      const work = { verb: "import" as const, volumeId: "11111111-1111-4111-8111-111111111111", job };
      return (await demandOf(work, new Set(Object.keys(datastores)), { WAVELIFT_INVENTORY: inventory }, folder))
        ?.esxiHost;
    };
    assert.equal(await hostOf("https", { ds: "/ds" }), "esx7");
    assert.equal(await hostOf("auto", {}), "esx7");
    assert.equal(await hostOf("auto", { ds: "/ds" }), null);
    assert.equal(await hostOf("file", {}), null);
    assert.equal(await hostOf("ova", {}), null);
    assert.equal(await hostOf("https", {}, "nowhere"), null);
  });
});
