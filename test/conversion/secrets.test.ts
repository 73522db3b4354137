import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { httpCheck } from "../../conversion/checks/http.ts";
import { toolEnvironment } from "../../conversion/commands.ts";
import { makeCertificate } from "../cloud/certificates.ts";
import { startFakeCloud, withEnvironment, type FakeCloud } from "../cloud/fake-cloud.ts";
import { makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { startStage } from "./support/launch.ts";
import { STACK } from "./support/world.ts";

const SECRET = "s3cret-never-shown";
const convert = join(import.meta.dirname, "../../bin/convert.mjs");

describe("secrets of launcher and program", function () {
  this.timeout(60_000);
  let folder: string;
  let cloud: FakeCloud | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-secrets-"));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await cloud?.close();
    cloud = undefined;
  });

  it("are not in the program's message about an order that it does not understand", () => {
    const orders = [
      `{"cloud":"${SECRET}`,
      SECRET,
      `"${SECRET}"`,
      JSON.stringify({ version: 1, cloud: SECRET, [SECRET]: 1 }),
    ];
    for (const order of orders) {
      const run = spawnSync(process.execPath, [convert, "program"], {
        input: `${order}\n`,
        encoding: "utf8",
        env: { PATH: process.env["PATH"], WAVELIFT_RUN_DIR: join(folder, "run") },
      });
      assert.match(run.stderr, /launcher and program do not understand each other/);
      assert.ok(!`${run.stderr}${run.stdout}`.includes(SECRET.slice(0, 6)), run.stderr);
    }
  });

  it("are not in the message about a runners.yaml that is another file", async () => {
    const datastore = makeDatastore();
    const clouds = [`clouds:\n  a: {password: "${SECRET}\n`, `clouds:\n  a: {password: *${SECRET}}\n`];
    for (const content of [...clouds, `clouds: {a: {password: ${SECRET}}}\n`]) {
      writeFileSync(join(folder, "wrong.yaml"), content);
      const options = { folder, datastore: datastore.folder, cloudsYaml: "{}" };
      const job = { version: 1, stack: STACK, vm: "v", generation: 1, target: "lab", cloud: "lab", disks: [] };
      const env = { WAVELIFT_RUNNERS: join(folder, "wrong.yaml") };
      const { code, stderr } = await startStage("source", job, { ...options, env }).ended;
      assert.equal(code, 3);
      assert.match(stderr, /wrong\.yaml/);
      assert.ok(!stderr.includes(SECRET), stderr);
    }
    datastore.remove();
  });

  it("of the operator's environment reach no tool; no core file is written of any, and none of a heap", async () => {
    const datastore = makeDatastore();
    makeRaw(join(datastore.folder, "d.raw"));
    // A qemu-img that tells what it was started with, and crashes.
    mkdirSync(join(folder, "bin"));
    const told = join(folder, "told");
    writeFileSync(
      join(folder, "bin", "qemu-img"),
      `#!/bin/sh\n{ env; cat /proc/self/limits; } >'${told}'\nkill -ABRT $$\n`,
    );
    chmodSync(join(folder, "bin", "qemu-img"), 0o755);
    const secrets = {
      OS_PASSWORD: SECRET,
      PULUMI_CONFIG_PASSPHRASE: SECRET,
      AWS_SECRET_ACCESS_KEY: SECRET,
      https_proxy: `http://u:${SECRET}@h`,
    };
    const disks = [{ disk: "vm1-disk-1", source: sourceOf("d.raw", "raw") }];
    const job = { version: 1, stack: STACK, vm: "vm1", generation: 1, target: "lab", cloud: "lab", disks };
    const options = { folder, datastore: datastore.folder, cloudsYaml: "{}" };
    const env = { ...secrets, PATH: `${join(folder, "bin")}:${process.env["PATH"] ?? ""}` };
    const wrapper = ["prlimit", "--core=unlimited", "--"];
    const crashed = await startStage("source", job, { ...options, env, wrapper }).ended;
    assert.notEqual(crashed.code, 0);
    assert.match(readFileSync(told, "utf8"), /^Max core file size +1 +1 /m);
    assert.ok(!readFileSync(told, "utf8").includes(SECRET), "a tool sees a secret");
    assert.ok(!crashed.stderr.includes(SECRET));
    assert.deepEqual(
      readdirSync(join(import.meta.dirname, "../..")).filter((name) => /^core(\.|$)/.test(name)),
      [],
    );
    const heap = { NODE_OPTIONS: "--heapsnapshot-near-heap-limit=1" };
    const refused = await startStage("source", job, { ...options, env: heap }).ended;
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /take it out of NODE_OPTIONS/);
    datastore.remove();
  });

  it("are in no variable that tools get, whatever its name", () => {
    const names = [
      "OS_TOKEN",
      "OS_PASSWORD",
      "http_proxy",
      "HTTPS_PROXY",
      "SSH_AUTH_SOCK",
      "PULUMI_ACCESS_TOKEN",
      "NODE_OPTIONS",
      "LD_PRELOAD",
    ];
    const env = Object.fromEntries(names.map((name) => [name, SECRET]));
    assert.deepEqual(toolEnvironment({ ...env, PATH: "/bin" }), { PATH: "/bin", LC_ALL: "C.UTF-8" });
  });

  describe("http checks", () => {
    it("refuse an untrusted certificate, show it, and say how to trust it; with its CA they pass", async () => {
      const { ca, ...certificate } = makeCertificate(folder, "IP:127.0.0.1");
      cloud = await startFakeCloud(certificate);
      const { url } = cloud;
      const refused = await httpCheck(`${url}/x`, 404, undefined).attempt();
      assert.equal(refused.ok, false);
      assert.match(
        refused.seen,
        /certificate is not trusted \(\w+: it is for cloud .*, signed by Test CA.*fingerprint.*name its CA as `caFile`/,
      );
      assert.equal(cloud.seen.length, 0, "it was asked");
      writeFileSync(join(folder, "trusted.pem"), ca);
      assert.equal((await httpCheck(`${url}/x`, 404, join(folder, "trusted.pem")).attempt()).ok, true);
      await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, async () => {
        assert.equal((await httpCheck(`${url}/x`, 404, undefined).attempt()).ok, false);
      });
      await withEnvironment({ SSL_CERT_FILE: join(folder, "trusted.pem") }, async () => {
        assert.equal((await httpCheck(`${url}/x`, 404, undefined).attempt()).ok, true);
      });
    });
  });
});
