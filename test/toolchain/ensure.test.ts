import assert from "node:assert/strict";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ensureToolchain, type EnsureOptions, type Toolchain } from "../../toolchain/ensure.ts";
import { type FakeRunOptions, fakeRun, placeExecutables } from "./fake-run.ts";
import { recordedProgress } from "./recorded-progress.ts";
import { temporaryFolders } from "./temp-folder.ts";

/** A place that refuses connections: nothing listens on port 2 (1 is one that fetch itself refuses). */
const closed = { archiveUrl: "http://127.0.0.1:2/x.tar.gz", checksumsUrl: "http://127.0.0.1:2/x.txt" };

describe("ensuring the toolchain", () => {
  const folder = temporaryFolders();

  /** A machine with an empty cache and an empty PULUMI_HOME, without a pulumi. */
  async function machine(settings: Omit<FakeRunOptions, "modules"> = {}): Promise<{
    readonly place: string;
    readonly run: ReturnType<typeof fakeRun>;
    readonly progress: ReturnType<typeof recordedProgress>;
    readonly env: Record<string, string>;
    readonly ensure: (more?: EnsureOptions) => Promise<Toolchain>;
  }> {
    const place = await folder();
    const run = fakeRun({ ...settings, modules: join(place, "modules") });
    const progress = recordedProgress();
    const env = { PATH: join(place, "bin"), PULUMI_HOME: join(place, "home"), XDG_CACHE_HOME: join(place, "cache") };
    const ensure = (more: EnsureOptions = {}): Promise<Toolchain> =>
      ensureToolchain({ env, run, progress, mirrors: () => [closed], ...more });
    return { place, run, progress, env, ensure };
  }
  const uses = (toolchain: Toolchain): string[] => toolchain.report.parts.map(({ use }) => use);
  const goCalls = (run: { calls: string[] }): string[] => run.calls.filter((call) => call.startsWith("go "));

  it("builds where nothing else is open, and a second run asks nobody", async () => {
    const { run, ensure, place } = await machine();
    const first = await ensure();
    assert.deepEqual(uses(first), ["build", "build", "build"]);
    assert.equal(goCalls(run).filter((call) => call.startsWith("go build")).length, 2);
    assert.ok(
      first.report.parts.every(({ why }) =>
        /not .*; the official release: 127\.0\.0\.1:2: connect ECONNREFUSED/.test(why),
      ),
    );

    run.calls.length = 0;
    const second = await ensure();
    assert.deepEqual(uses(second), ["cached", "cached", "cached"]);
    assert.deepEqual(run.calls, []);
    assert.deepEqual(second.env, first.env);
    assert.equal(second.env["PATH"], `${dirname(second.pulumiPath)}:${join(place, "bin")}`);

    const leftovers = (await readdir(join(place, "cache/wavelift/toolchain"))).filter((name) =>
      /^(tmp-|lock)/.test(name),
    );
    assert.deepEqual(leftovers, []);
  });

  it("lays its own PULUMI_HOME out as Pulumi does, and leaves the login where it was", async () => {
    const { ensure, env } = await machine();
    const { pulumiHome, env: child } = await ensure();
    assert.deepEqual((await readdir(join(pulumiHome, "plugins"))).sort(), [
      "resource-command-v1.2.1",
      "resource-command-v1.2.1.lock",
      "resource-openstack-v3.15.2",
      "resource-openstack-v3.15.2.lock",
    ]);
    const plugin = join(pulumiHome, "plugins/resource-openstack-v3.15.2/pulumi-resource-openstack");
    assert.equal(await readFile(plugin, "utf8"), "built from ./cmd/pulumi-resource-openstack\n");
    assert.equal((await stat(plugin)).mode & 0o111, 0o111);
    assert.equal(child["PULUMI_HOME"], pulumiHome);
    assert.equal(child["PULUMI_CREDENTIALS_PATH"], env["PULUMI_HOME"]);
    assert.equal(child["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"], "true");
  });

  it("makes anew what is damaged in the cache, and only that", async () => {
    const { run, ensure } = await machine();
    const { report } = await ensure();
    await writeFile(report.parts[1]?.path ?? "", "half a file");
    run.calls.length = 0;
    const mended = await ensure();
    assert.deepEqual(uses(mended), ["cached", "build", "cached"]);
    assert.equal(goCalls(run).filter((call) => call.startsWith("go build")).length, 1);
    const plugin = join(mended.pulumiHome, "plugins/resource-openstack-v3.15.2/pulumi-resource-openstack");
    assert.match(await readFile(plugin, "utf8"), /^built from/);
  });

  it("uses what is installed and fits, and then keeps out of PULUMI_HOME", async () => {
    const { run, ensure, place, env } = await machine({ pulumi: "v3.260.0\n", go: null });
    await placeExecutables(join(place, "bin"), ["pulumi", "pulumi-language-nodejs"]);
    await placeExecutables(join(place, "home/plugins/resource-openstack-v3.15.2"), ["pulumi-resource-openstack"]);
    await placeExecutables(join(place, "home/plugins/resource-command-v1.2.1"), ["pulumi-resource-command"]);
    const toolchain = await ensure();
    assert.deepEqual(uses(toolchain), ["installed", "installed", "installed"]);
    assert.deepEqual(run.calls, ["pulumi version"]);
    assert.equal(toolchain.pulumiHome, env["PULUMI_HOME"]);
    assert.equal(toolchain.env["PULUMI_HOME"], undefined);
    assert.equal(toolchain.report.parts[0]?.version, "3.260.0");
  });

  it("does not take a half installed plugin, a CLI without a language host or an old one", async () => {
    const { ensure, place } = await machine({ pulumi: "v3.247.0\n" });
    await placeExecutables(join(place, "bin"), ["pulumi"]);
    await placeExecutables(join(place, "home/plugins/resource-command-v1.2.1"), ["pulumi-resource-command"]);
    await writeFile(join(place, "home/plugins/resource-command-v1.2.1.partial"), "");
    const old = await ensure();
    assert.deepEqual(uses(old), ["build", "build", "build"]);
    assert.match(old.report.parts[0]?.why ?? "", /bin\/pulumi is 3\.247\.0, 3\.248\.0 or later is needed/);
    const hostless = await ensure({ run: fakeRun({ pulumi: "v3.250.0", modules: place }) });
    assert.match(hostless.report.parts[0]?.why ?? "", /has no pulumi-language-nodejs beside it/);
  });

  it("does not take its own cache for an installation", async () => {
    const { ensure, env } = await machine({ pulumi: "v3.250.0" });
    const first = await ensure();
    const again = await ensure({ env: { ...env, ...first.env } });
    assert.deepEqual(uses(again), ["cached", "cached", "cached"]);
    assert.equal(again.pulumiHome, first.pulumiHome);
  });

  it("says what to install when no way is open", async () => {
    const absent = await machine({ go: null });
    await assert.rejects(
      absent.ensure(),
      /No Pulumi CLI.*not on PATH; the official release: 127\.0\.0\.1:2: connect ECONNREFUSED.*; a build from Go modules: go is not on PATH: install Go 1\.26 or later[^]*No openstack plugin[^]*No command plugin/,
    );
    const old = await machine({ go: { version: "go1.19.8", toolchain: "" } });
    await assert.rejects(old.ensure(), /Go 1\.19\.8 is too old: install Go 1\.26 or later/);
    const pinned = await machine({ go: { version: "go1.24.1", toolchain: "local" } });
    await assert.rejects(pinned.ensure(), /Go 1\.24\.1 is too old/);
    // From 1.21 on, Go fetches the version that go.mod asks for.
    const fetching = await machine({ go: { version: "go1.24.1", toolchain: "auto" } });
    assert.deepEqual(uses(await fetching.ensure()), ["build", "build", "build"]);
  });

  it("does the work once when two runs come at a time", async () => {
    const { run, ensure, progress } = await machine();
    const both = await Promise.all([ensure(), ensure()]);
    assert.equal(goCalls(run).filter((call) => call.startsWith("go build")).length, 2);
    assert.deepEqual(both.map(uses).flat().sort(), ["build", "build", "build", "cached", "cached", "cached"]);
    assert.equal(progress.lines.filter((line) => /^Another run \(process \d+ on /.test(line)).length, 1);
  });

  it("leaves nothing behind when a build fails, and tries again", async () => {
    const { run, ensure, place } = await machine();
    const failing: typeof run = Object.assign(
      (...args: Parameters<typeof run>) =>
        args[1][0] === "build"
          ? Promise.resolve({ exitCode: 1, stdout: "", stderr: "net/http\n# pkg\nx.go:1:1: no space left on device" })
          : run(...args),
      { calls: run.calls },
    );
    await assert.rejects(ensure({ run: failing }), /go build -v failed:\n# pkg\nx\.go:1:1: no space left on device$/);
    assert.deepEqual(await readdir(join(place, "cache/wavelift/toolchain")), []);
    assert.deepEqual(uses(await ensure()), ["build", "build", "build"]);
  });
});
