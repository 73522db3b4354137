import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../conversion/failure.ts";
import { readVerb, readWork } from "../../conversion/input.ts";
import { Order } from "../../conversion/order.ts";
import { runFolder } from "../../conversion/run-folder.ts";
import { readSettings } from "../../conversion/read-settings.ts";
import { makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { startStage } from "./support/launch.ts";
import { importJob, STACK } from "./support/world.ts";

const project = join(import.meta.dirname, "../..");

describe("launcher", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-launch-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe("input", () => {
    it("tells all faults of job and environment at once", () => {
      const job = { ...importJob(sourceOf("d.raw", "raw")), generation: 0, sliceMiB: 5, surprise: 1 };
      assert.throws(
        () => readWork("import", JSON.stringify(job), { WAVELIFT_VOLUME_ID: "no-uuid" }),
        /environment WAVELIFT_VOLUME_ID[^]*job\.generation[^]*job\.sliceMiB[^]*surprise/,
      );
    });
    it("refuses an unknown verb and a job that is no JSON", () => {
      assert.throws(() => readVerb("--help"), /unknown verb "--help": expected one of source, restore, import/);
      assert.throws(() => readVerb(undefined), /unknown verb ""/);
      assert.throws(() => readWork("source", "{", {}), /the job on standard input is not JSON/);
    });
    it("wants the volume of every disk of a VM", () => {
      const job = {
        version: 1,
        stack: STACK,
        vm: "v",
        generation: 1,
        target: "t",
        cloud: "c",
        phase: "cutover",
        disks: ["a", "b"],
        sources: [],
        imageProperties: {},
      };
      const ids = JSON.stringify({ a: "11111111-1111-4111-8111-111111111111" });
      assert.throws(() => readWork("seal", JSON.stringify(job), { WAVELIFT_VOLUME_IDS: ids }), /has no id for b/);
    });
    it("tells all faults of runners.yaml at once", () => {
      writeFileSync(
        join(folder, "runners.yaml"),
        "version: 1\ndatastores: {a: relative}\nstorage: {t: {pool: 5}}\nslots: 0\n",
      );
      assert.throws(() => readSettings({}, folder), /datastores\.a: an absolute path[^]*storage\.t\.pool[^]*slots/);
      assert.throws(() => readSettings({ WAVELIFT_RUNNERS: "none.yaml" }, folder), /none\.yaml[^]*WAVELIFT_RUNNERS/);
    });
    it("survives the way to the program unchanged", () => {
      const env = { WAVELIFT_VOLUME_ID: "11111111-1111-4111-8111-111111111111" };
      const work = readWork("import", JSON.stringify(importJob(sourceOf("a,b\n\"'", "raw"))), env);
      const settings = { version: 1, datastores: {}, storage: {} };
      const order = { version: 1, work, settings, cloud: null, logins: {}, mayCopy: true };
      assert.deepEqual(Order.parse(JSON.parse(JSON.stringify(order))).work, work);
    });
  });

  describe("the whole way, without a cloud", () => {
    it("prints one line of JSON and exits with 0; a refusal with 2, a wrong job with 3", async () => {
      const datastore = makeDatastore();
      makeRaw(join(datastore.folder, "d.raw"));
      const job = {
        version: 1,
        stack: STACK,
        vm: "vm1",
        generation: 1,
        target: "lab",
        cloud: "lab",
        disks: [{ disk: "vm1-disk-1", source: sourceOf("d.raw", "raw") }],
      };
      const options = { folder, datastore: datastore.folder, cloudsYaml: "{}" };
      const good = await startStage("source", job, options).ended;
      assert.equal(good.code, 0, good.stderr);
      assert.equal((JSON.parse(good.stdout) as { result: string }).result, "closed");
      assert.match(good.stderr, /vm1-disk-1: 1 files, nobody writes them/);
      const bad = { ...job, disks: [{ disk: "vm1-disk-1", source: sourceOf("../d.raw", "raw") }] };
      const refusal = await startStage("source", bad, options).ended;
      assert.deepEqual([refusal.code, refusal.stdout], [2, ""]);
      assert.match(refusal.stderr, /leaves the datastore/);
      assert.doesNotMatch(refusal.stderr, /\n\s+at /, "a stack is shown");
      assert.equal((await startStage("source", {}, options).ended).code, 3);
      assert.deepEqual(readdirSync(join(folder, "run")), [], "something is left in the run folder");
      datastore.remove();
    });
  });

  describe("run folder", () => {
    it("is a folder of this user, no link that somebody has put there", () => {
      const env = { WAVELIFT_RUN_DIR: join(folder, "run") };
      assert.equal(runFolder(env), env.WAVELIFT_RUN_DIR);
      mkdirSync(join(folder, "elsewhere"));
      symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
      assert.throws(() => runFolder({ WAVELIFT_RUN_DIR: join(folder, "link") }), /must be a folder of user/);
    });
  });

  describe("bundle", () => {
    const run = promisify(execFile);
    const expectRuns = async (): Promise<void> => {
      // Without a job every run ends with its message; what matters is that it got that far.
      await assert.rejects(run(process.execPath, [join(folder, "bin/convert.mjs"), "none"]), (error) => {
        assert.match(messageOf(error), /unknown verb "none"/);
        return true;
      });
    };
    const bundles = (): string[] => readdirSync(join(folder, "dist"));

    it("is built once by many that start at the same time, again after a change, and is enough alone", async () => {
      for (const name of [
        "bin/convert.mjs",
        "conversion",
        "cloud",
        "planning",
        "inventory",
        "package.json",
        "package-lock.json",
      ])
        cpSync(join(project, name), join(folder, name), { recursive: true });
      symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
      await Promise.all(Array.from({ length: 6 }, expectRuns));
      assert.equal(bundles().length, 1, bundles().join());
      writeFileSync(join(folder, "conversion/added.ts"), "export {};\n");
      await expectRuns();
      assert.equal(bundles().length, 2, bundles().join());
      for (const name of ["conversion", "cloud", "planning", "inventory", "node_modules", "package-lock.json"])
        rmSync(join(folder, name), { recursive: true });
      await expectRuns();
      assert.equal(bundles().length, 2);
    });
    it("is built by another one when the first builder has died", async () => {
      for (const name of ["bin/convert.mjs", "conversion", "cloud", "planning", "inventory", "package.json"])
        cpSync(join(project, name), join(folder, name), { recursive: true });
      symlinkSync(join(project, "node_modules"), join(folder, "node_modules"));
      await expectRuns();
      const [bundle = ""] = bundles();
      rmSync(join(folder, "dist", bundle));
      mkdirSync(join(folder, "dist"), { recursive: true });
      writeFileSync(join(folder, "dist", `${bundle}.lock`), "4194304999");
      await expectRuns();
      assert.deepEqual(bundles(), [bundle]);
    });
  });
});
