import assert from "node:assert/strict";
import { execa } from "execa";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { z } from "zod";
import { GuestLogin } from "../../lab/demo/guest-proof.ts";
import { estateFiles } from "../../lab/estate.ts";
import { buildGuests, readGuests } from "../../lab/guests/build.ts";
import { servingProcess } from "../../conversion/gateway/pid-file.ts";
import { asideName } from "../../conversion/instant/record.ts";
import { isIdentical, ledger, randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { paths, Workspace } from "./workspace.ts";

const WAVE = "test-instant";
const MIB = 2 ** 20;
const DATA_MIB = 96;
/** The guest boots before the copy begins: on this small disk it would be done before a guest under emulation is up. */
const LATER = { copyAfterSeconds: 3600 };

/**
 * A guest that boots from disks that are not copied: a real one, over Nova, with its copy held back, then let go. The steps
 * build on each other.
 */
describe("a real guest, imported at once", function () {
  this.timeout(1_200_000);
  const wave = new Workspace(WAVE);
  const login = new GuestLogin(path.join(paths.guests, "id_lab"), path.join(paths.guests, "tinst01", "known_hosts"));
  const data = path.join(wave.datastore, "data.raw");
  const address = "10.20.0.73";
  let volumes = new Map<string, string>();
  let running: ReturnType<Workspace["start"]> | null = null;

  const gateway = (more: object): void => {
    wave.writeRunners();
    const file = path.join(wave.folder, "runners.yaml");
    const settings = z.record(z.string(), z.unknown()).parse(parse(readFileSync(file, "utf8")));
    writeFileSync(file, stringify({ ...settings, gateway: { address: "10.20.0.1", ports: "46900-46919", ...more } }));
  };
  const rbd = async (...args: string[]): Promise<string> =>
    (await execa("rbd", ["--id", "cinder", "--pool", "volumes", ...args])).stdout;
  const volume = (deviceKey: number): string => volumes.get(`tinst01-disk-${deviceKey}`) ?? assert.fail(`${deviceKey}`);
  /** State of its migration and what part of it is copied, in percent; null when it stands alone. */
  const migration = async (deviceKey: number): Promise<{ state: string; percent: number } | null> => {
    const status = Status.parse(JSON.parse(await rbd("status", `volume-${volume(deviceKey)}`, "--format", "json")));
    if (status.migration === undefined) return null;
    const { state, state_description: description } = status.migration;
    return { state, percent: Number(/(\d+)%/.exec(description)?.[1] ?? (state === "executed" ? 100 : 0)) };
  };
  async function eventually<T>(what: string, seconds: number, found: () => Promise<T | null>): Promise<T> {
    const end = Date.now() + seconds * 1000;
    for (;;) {
      const value = await found().catch(() => null);
      if (value !== null) return value;
      if (Date.now() > end) throw new Error(`${what} did not happen within ${seconds} s`);
      await sleep(1000);
    }
  }
  async function guestAnswers(): Promise<string> {
    return eventually("a login over ssh", 400, () => login.run(address, "hostname"));
  }

  before(async () => {
    Object.assign(wave.environment, { WAVELIFT_RUN_DIR: path.join(wave.folder, "run") });
    process.env["WAVELIFT_RUN_DIR"] = path.join(wave.folder, "run");
    await wave.open();
    const guests = await readGuests(path.join(import.meta.dirname, "guest-instant.yaml"));
    await buildGuests(guests, paths, () => undefined);
    await randomDisk(data, DATA_MIB, DATA_MIB / 2);
    const [extra] = testVm("x", 73, [{ file: "data.raw", capacityBytes: DATA_MIB * MIB }]).disks;
    assert.ok(extra);
    for (const vm of await estateFiles(guests, paths))
      wave.writeVm({ ...vm, disks: [...vm.disks, { ...extra, deviceKey: 2001, label: "Hard disk 2", unit: 1 }] });
    wave.writePlan({
      [WAVE]: { target: "lab", vms: { tinst01: { instant: true, boot: true, checks: [{ kind: "ssh" }] } } },
    });
    gateway(LATER);
    await wave.plan();
  });
  after(async () => {
    if (running !== null) await wave.interrupt(running);
    delete process.env["WAVELIFT_RUN_DIR"];
    await wave.close();
  });

  it("is said in preview to have no way back that keeps what it writes", async () => {
    const preview = await wave.preview();
    assert.equal(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /Until the commit the source's outage/);
    assert.match(preview.all, /no way back that keeps what the guest has written/);
  });

  it("answers over ssh while less than a tenth of its disk is copied", async () => {
    running = wave.start("up", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    volumes = await eventually("two volumes", 300, async () => {
      const found = await wave.volumes();
      return found.size === 2 ? found : null;
    });
    await guestAnswers();
    const boot = await migration(2000);
    assert.ok(boot !== null && boot.percent < 10, JSON.stringify(boot));
    const found = await ledger(volume(2000));
    assert.equal(found?.state, "sealed");
    await login.run(address, "echo written since > /root/since && sync");
  });

  it("waits while its gateway is dead, and lives on with the next up, at the same address", async () => {
    assert.ok(running);
    const ended = await wave.interrupt(running);
    running = null;
    assert.notEqual(ended.exitCode, 0);
    for (const deviceKey of [2000, 2001]) {
      const pid = servingProcess(volume(deviceKey))?.pid ?? assert.fail("the gateway has ended with the run");
      process.kill(pid, "SIGKILL");
    }
    await assert.rejects(rbd("info", `volume-${volume(2000)}`), /Connection refused/);
    gateway({});
    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    assert.match(up.all, /its gateway was not there and is started again/);
    assert.equal((await login.run(address, "cat /root/since")).trim(), "written since");
  });

  it("is committed then: its image stands alone, and the disk that it did not touch is the source's", async () => {
    for (const deviceKey of [2000, 2001]) {
      assert.equal(await migration(deviceKey), null);
      assert.equal(await rbd("snap", "ls", `volume-${volume(deviceKey)}`), "");
      assert.equal(servingProcess(volume(deviceKey)), null);
      assert.ok(!(await rbd("ls")).includes(asideName(volume(deviceKey))));
    }
    assert.equal(await isIdentical(data, volume(2001)), true);
    assert.match(await login.run(address, "dmesg | grep -ci 'i/o error' || true"), /^0$/);
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
  });

  it("leaves nothing behind after destroy", async () => {
    const destroyed = await wave.destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.doesNotMatch(await rbd("ls"), new RegExp([...volumes.values()].join("|")));
    assert.doesNotMatch(await rbd("trash", "ls"), new RegExp([...volumes.values()].join("|")));
  });

  it("is rolled back before its commit: the server goes, then what reads from the source, then the volumes", async () => {
    gateway(LATER);
    running = wave.start("up", WAVE, "--yes", "--", "--non-interactive", "--skip-preview");
    volumes = await eventually("two volumes", 300, async () => {
      const found = await wave.volumes();
      return found.size === 2 ? found : null;
    });
    // The server has the disk open, and the copy has begun.
    await eventually("a server", 300, async () =>
      (await wave.offers()).some(({ servers }) =>
        servers.some(({ mark, status }) => mark?.stack === `wavelift/${WAVE}` && status === "ACTIVE"),
      )
        ? true
        : null,
    );
    assert.equal((await migration(2000))?.state, "prepared");
    await wave.interrupt(running);
    running = null;
    const destroyed = await wave.destroy();
    assert.equal(destroyed.exitCode, 0, destroyed.all);
    assert.equal((await wave.volumes()).size, 0);
    const left = `${await rbd("ls")}\n${await rbd("trash", "ls")}`;
    for (const id of volumes.values()) {
      assert.ok(!left.includes(id), left);
      assert.equal(servingProcess(id), null);
    }
  });
});

const Status = z.object({
  migration: z.object({ state: z.string(), state_description: z.string() }).optional(),
});
