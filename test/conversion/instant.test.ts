import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { giveUp } from "../../conversion/instant/give-up.ts";
import { instantDisk, SNAPSHOT } from "../../conversion/instant/instant-disk.ts";
import { holds, imageNode, ledgerOf, readsAs, scribble } from "./support/images.ts";
import { makeInstantBench, migrations, SLOW, type BenchDisk, type InstantBench } from "./support/instant.ts";
import { until } from "./support/launch.ts";
import { access, commands, rbd, tool } from "./support/tools.ts";
import { makeWorld } from "./support/world.ts";

/** Slow: what must not end while the test looks at it. */
const slow = {
  settings: { gateway: { address: "127.0.0.1", ports: "46700-46799", computeHosts: ["127.0.0.1"], ...SLOW } },
};

describe("an instant import", function () {
  this.timeout(1_200_000);
  let bench: InstantBench;
  before(async () => {
    bench = await makeInstantBench();
  });
  after(() => bench.close());

  const reads = (disk: BenchDisk, snapshot?: string): Promise<boolean> =>
    readsAs(makeWorld(bench.datastore), disk.image, bench.raw, snapshot);
  async function prepared(disk: BenchDisk): Promise<void> {
    const { code, stderr, stdout } = await disk.run("import", slow).ended;
    assert.equal(code, 0, stderr);
    assert.match(stdout, /"result":"prepared/);
  }
  /** It is as Cinder made it: empty, standing alone, and nothing of ours is left. */
  async function isGivenBack(disk: BenchDisk): Promise<void> {
    assert.equal(await rbd.info(disk.aside), null);
    assert.equal(await migrations.status(disk.image), null);
    assert.deepEqual([await rbd.hasData(disk.image), await ledgerOf(disk.image)], [false, null]);
    assert.deepEqual(await migrations.snapshots(disk.image), []);
    assert.equal(await disk.serves(), false);
    assert.equal(tool("rbd", "--id", access.user, "trash", "ls", access.pool).includes(disk.volumeId), false);
  }

  it("is read from the source at once, then copied, compared and committed, with what was written since", async () => {
    const disk = bench.disk();
    const imported = await disk.run("import").ended;
    assert.equal(imported.code, 0, imported.stderr);
    assert.equal(await reads(disk), true);
    const ledger = await ledgerOf(disk.image);
    assert.deepEqual([ledger?.state, ledger?.instant, ledger?.writer], ["copying", true, null]);
    // As the guest does: into a place that may be copied already, or not.
    scribble(disk.image, 40 << 20, 8192, 0x5a);
    const committed = await disk.run("commit").ended;
    assert.equal(committed.code, 0, committed.stderr);
    assert.match(committed.stdout, /"result":"committed"/);
    assert.equal(await migrations.status(disk.image), null);
    assert.equal(await rbd.info(disk.aside), null);
    assert.deepEqual(await migrations.snapshots(disk.image), []);
    const after = await ledgerOf(disk.image);
    assert.deepEqual([after?.state, after?.instant], ["copied", undefined]);
    const at = ["-c", `read -P 90 ${40 << 20} 8192`];
    assert.doesNotMatch(tool("qemu-io", "-r", ...at, "--image-opts", imageNode(disk.image)), /verification failed/);
    scribble(disk.image, 40 << 20, 8192, 0);
    assert.equal(await holds(disk.image, bench.raw), true);
    assert.equal(await disk.serves(), false);
    // The space of what is zero was given back: a disk of 1 GiB with 8 MiB of data.
    const { length } = JSON.parse(
      tool("rbd", "--id", access.user, "diff", "--whole-object", "--format", "json", `${access.pool}/${disk.image}`),
    ) as unknown[];
    assert.ok(length < 30, `${length} objects`);
    for (const verb of ["import", "commit"] as const) {
      const again = await disk.run(verb).ended;
      assert.match(again.stdout, /"result":"skipped: copied"/, again.stderr);
    }
  });

  it("killed at any step is taken back by the next run, which does it again", async () => {
    const disk = bench.disk();
    const steps = [
      [/^rename /, "before"],
      [/^rename /, "after"],
      [/^migration prepare /, "after"],
      [/^snap create /, "after"],
      [/^image-meta set .*wavelift-aside.*prepared/, "before"],
    ] as const;
    for (const [command, when] of steps) {
      const { folder, wasHit } = killerRbd(bench.folder, command, when);
      const env = { PATH: `${folder}:${process.env["PATH"] ?? ""}` };
      const { code, stderr } = await disk.run("import", { ...slow, env }).ended;
      assert.ok(wasHit(), `${String(command)} was not run: ${stderr}`);
      assert.notEqual(code, 0, `${String(command)} ${when}`);
    }
    await prepared(disk);
    assert.equal(await reads(disk), true);
    assert.equal((await disk.record())?.phase, "prepared");
    const restored = await disk.run("restore", slow).ended;
    assert.equal(restored.code, 0, restored.stderr);
    await isGivenBack(disk);
  });

  it("waits for its gateway when that dies, and goes on at the same place", async () => {
    const disk = bench.disk();
    await prepared(disk);
    const url = (await disk.record())?.url;
    await disk.killGateway();
    await assert.rejects(rbd.info(disk.image), /Connection refused/);
    const commit = disk.run("commit", slow);
    await until(`the gateway is back: ${commit.stderr()}`, () => disk.serves(), 120);
    assert.equal(await reads(disk), true);
    assert.equal(await reads(disk, SNAPSHOT), true);
    assert.equal((await migrations.status(disk.image))?.url, url);
    commit.child.kill("SIGTERM");
    await commit.ended;
    assert.equal(await disk.serves(), true, "the end of a stage is not the end of its gateway");
    await disk.killGateway();
    // Also with nobody who serves it.
    const restored = await disk.run("restore", slow).ended;
    assert.equal(restored.code, 0, restored.stderr);
    await isGivenBack(disk);
  });

  it("does not serve a source that has changed, and says so", async () => {
    const disk = bench.disk();
    await prepared(disk);
    await disk.killGateway();
    utimesSync(bench.raw, new Date(), new Date(Date.now() - 1000));
    const { code, stderr } = await disk.run("commit", slow).ended;
    assert.equal(code, 2, stderr);
    assert.match(stderr, /source has changed since .* it is not served any more/);
    assert.equal((await disk.run("restore", slow).ended).code, 0);
    await isGivenBack(disk);
  });

  it("is not given up while somebody holds its image open", async () => {
    const disk = bench.disk();
    await prepared(disk);
    await disk.killGateway();
    const record = await disk.record();
    assert.ok(record);
    await until("the copy's watch is gone", async () => (await disk.run("import", slow).ended).code === 0, 60);
    const holder = commands.start("sh", ["-c", 'sleep 600 | qemu-io -r --image-opts "$0"', imageNode(disk.image)]);
    await until("it is open", async () => (await rbd.watchers(disk.image)).length >= 2);
    const world = makeWorld(bench.datastore);
    await assert.rejects(giveUp(instantDisk(world, disk.job, disk.volumeId), record), /somebody holds it open/);
    assert.equal(await rbd.info(disk.aside).then((found) => found !== null), true);
    holder.kill("SIGKILL");
    await holder.ended;
    for (const address of await migrationWatchers(disk)) await rbd.blocklist(address, 60);
    assert.equal((await disk.run("restore", slow).ended).code, 0);
    await isGivenBack(disk);
  });

  it("is refused where an ordinary copy has begun, or there is data", async () => {
    const copied = bench.disk({ instant: undefined });
    assert.equal((await copied.run("import").ended).code, 0);
    const disk = bench.disk();
    scribble(disk.image, 0, 4096);
    const { code, stderr } = await disk.run("import", slow).ended;
    assert.equal(code, 2, stderr);
    assert.match(stderr, /holds data that no ledger explains/);
    assert.equal(await rbd.info(disk.aside), null);
  });

  it("is refused without a gateway, and over a pool of conversion hosts", async () => {
    const disk = bench.disk();
    const none = await disk.run("import", { settings: { gateway: undefined } }).ended;
    assert.equal(none.code, 3, none.stderr);
    assert.match(none.stderr, /needs `gateway` in runners.yaml/);
    const pool = { settings: { ...slow.settings, runner: { kind: "pool", hosts: [{ kind: "local" }] } } };
    const many = await disk.run("import", pool).ended;
    assert.equal(many.code, 3, many.stderr);
    assert.match(many.stderr, /needs one conversion host/);
    const elsewhere = {
      settings: { gateway: { ...slow.settings.gateway, address: "192.0.2.77", computeHosts: "unchecked" } },
    };
    const foreign = await disk.run("import", elsewhere).ended;
    assert.equal(foreign.code, 1, foreign.stderr);
    assert.match(foreign.stderr, /cannot listen on 192\.0\.2\.77/);
    assert.equal(await rbd.info(disk.aside), null);
  });
});

const migrationWatchers = (disk: BenchDisk): Promise<string[]> => rbd.watchers(disk.image).catch(() => []);

/** An `rbd` that ends its parent (the conversion program) before or after a command, once. */
function killerRbd(
  folder: string,
  command: RegExp,
  when: "before" | "after",
): { folder: string; wasHit: () => boolean } {
  const place = join(folder, "killer");
  rmSync(place, { recursive: true, force: true });
  mkdirSync(place);
  const hit = join(place, "hit");
  const real = tool("which", "rbd").trim();
  const script = `#!${process.execPath}
const { spawnSync } = require("node:child_process");
const { writeFileSync } = require("node:fs");
const args = process.argv.slice(2);
const matches = new RegExp(${JSON.stringify(command.source)}).test(args.slice(4).join(" "));
const run = () => spawnSync(${JSON.stringify(real)}, args, { stdio: "inherit" });
const kill = () => { writeFileSync(${JSON.stringify(hit)}, ""); process.kill(process.ppid, "SIGKILL"); process.exit(1); };
if (matches && ${JSON.stringify(when)} === "before") kill();
const { status } = run();
if (matches) kill();
process.exit(status ?? 1);
`;
  const path = join(place, "rbd.new");
  writeFileSync(path, script);
  chmodSync(path, 0o755);
  renameSync(path, join(place, "rbd"));
  return { folder: place, wasHit: () => existsSync(hit) };
}
