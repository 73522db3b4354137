import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildStandIn, configureStandIn, vddkPlugin, type StandIn } from "../../lab/vddk/stand-in.ts";
import { Failure } from "../../conversion/failure.ts";
import type { Contents } from "../../conversion/source/contents.ts";
import { inspectDisk } from "../../conversion/source/inspect-disk.ts";
import type { SourceContext } from "../../conversion/source/transport.ts";
import { CAPACITY, ExportWorld, readAll, vm } from "./export-world.ts";

const DISK = "vm01-disk-2000";

/** nbdkit and its vddk plugin are real; VMware's library is a stand-in (lab/vddk/vix-disk-lib.c). */
describe("transport vddk", function () {
  this.timeout(240_000);
  const libDir = mkdtempSync(path.join(tmpdir(), "wavelift-vddk-test-"));
  const record = path.join(libDir, "record");
  let plugin: string;
  let world: ExportWorld;
  let standIn: StandIn;
  const opened: Contents[] = [];

  before(async () => {
    [plugin, world] = await Promise.all([vddkPlugin(), ExportWorld.start(), buildStandIn(libDir)]);
    const { raw } = new X509Certificate(readFileSync(world.vcenter.certificateFile));
    const thumbprint = createHash("sha1").update(raw).digest("hex").toUpperCase().match(/../g)?.join(":") ?? "";
    const { password, datastores } = world.vcenter;
    standIn = { folder: path.join(datastores, "by-name"), record, password, thumbprint };
    mkdirSync(standIn.folder);
    symlinkSync("../dc0-ds0", path.join(standIn.folder, "ds"));
  });
  beforeEach(async () => {
    writeFileSync(record, "");
    await configureStandIn(libDir, standIn);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((contents) => contents.close()));
    await world.vcenter.put(vm);
  });
  after(async () => {
    await world.stop();
    rmSync(libDir, { recursive: true, force: true });
  });

  const recorded = (): string[] => readFileSync(record, "utf8").split("\n");
  const context = (vddk: object = {}): SourceContext => world.context({}, { vddk: { libDir, plugin, ...vddk } });
  const open = async (of: SourceContext, unit = 0): Promise<Contents> => {
    const contents = await (await inspectDisk(of, DISK, world.source("vddk", unit))).open();
    opened.push(contents);
    return contents;
  };
  const rejects = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error: unknown) => {
      assert.ok(error instanceof Failure, String(error));
      assert.match(error.message, message);
      return true;
    });

  it("gives each disk of the VM, and what of it is not allocated as zeroes", async () => {
    for (const unit of [0, 1]) {
      const contents = await open(context(), unit);
      assert.ok((await readAll(contents)).equals(world.bytes(unit)), `disk ${unit}`);
      assert.ok(contents.kind === "random");
      const extents = await contents.extents({ offset: 0, length: CAPACITY });
      assert.ok(
        extents.some(({ zero, length }) => zero && length > 2 ** 20),
        JSON.stringify(extents),
      );
    }
  });

  it("tells the library VM, file, server and the verified thumbprint, and opens for reading only", async () => {
    await open(context({ transports: "nbdssl:nbd" }));
    const { hostname, port } = new URL(world.vcenter.url);
    const id = world.source("vddk").origin?.vm ?? "";
    const connect = `connect server=${hostname} port=${port} user=${world.vcenter.user} vm=moref=${id} thumbprint=${standIn.thumbprint} readOnly=1 snapshot= transports=nbdssl:nbd`;
    assert.ok(recorded().includes(connect), recorded().join("\n"));
    assert.ok(recorded().includes("open [ds] vm01/vm01_0.vmdk flags=4"));
    assert.ok(recorded().includes("setting vixDiskLib.nfcAio.Session.BufSizeIn64KB=16"));
    assert.ok(recorded().includes("setting vixDiskLib.nfcAio.Session.BufCount=4"));
  });

  it("keeps the password out of arguments, environment and files", async () => {
    const { password } = world.vcenter;
    const started: string[] = [];
    const of = context();
    // The plugin starts itself again without it: how it was started first is seen here alone.
    const commands: SourceContext["commands"] = {
      start: (tool, args, options) => {
        started.push(...args);
        return of.commands.start(tool, args, options);
      },
    };
    const mine = { ...of, commands };
    await open(mine);
    assert.ok(started.includes("--foreground") && !started.some((arg) => arg.includes(password)));
    let seen = 0;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
      try {
        const text = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${pid}/${name}`, "latin1")).join("\0");
        assert.ok(!text.includes(password), `process ${pid}`);
        if (text.includes(libDir)) seen += 1;
      } catch (error) {
        // It has ended meanwhile.
        if (error instanceof assert.AssertionError) throw error;
      }
    assert.ok(seen > 0, "no nbdkit was seen");
    for (const name of readdirSync(mine.folder).filter((file) => !file.endsWith(".sock")))
      assert.ok(!readFileSync(path.join(mine.folder, name), "latin1").includes(password), name);
  });

  it("opens the disk anew when a read fails", async () => {
    await configureStandIn(libDir, { ...standIn, failingReads: 1 });
    assert.ok((await readAll(await open(context()))).equals(world.bytes(0)));
    assert.ok(recorded().includes("read fails"));
    assert.ok(recorded().filter((line) => line.startsWith("connect ")).length >= 2);
  });

  it("tells what the library said when it does not open the disk", async () => {
    await configureStandIn(libDir, { ...standIn, password: "another one" });
    await rejects(
      open(context()),
      /the source cannot be opened: nbdkit: .*Insufficient permissions in the host operating system/,
    );
  });

  it("sends no password to a server whose certificate is not the one that sources.yaml trusts", async () => {
    const other = world.context({ caPem: null, thumbprint: "ab".repeat(32) }, { vddk: { libDir, plugin } });
    await rejects(inspectDisk(other, DISK, world.source("vddk")), /it shows another certificate than the pinned one/);
    assert.ok(!recorded().some((line) => line.startsWith("connect ")));
  });

  it("says what to install where the plugin or the library is missing, and what to write where neither is named", async () => {
    const source = world.source("vddk");
    await rejects(inspectDisk(world.context(), DISK, source), /runners\.yaml names no VDDK library\. Unpack VMware's/);
    await rejects(
      inspectDisk(context({ plugin: "/nowhere/plugin.so" }), DISK, source),
      /nbdkit has no plugin "\/nowhere\/plugin\.so": .*Install nbdkit-plugin-vddk/,
    );
    for (const wrong of ["/nowhere", standIn.folder])
      await rejects(
        inspectDisk(context({ libDir: wrong }), DISK, source),
        /finds no library in "[^"]+" \(expected there: lib64\/libvixDiskLib\.so\.6, \.7 or \.8\)/,
      );
  });

  it("does not read a VM that runs, and no disk that lies elsewhere now", async () => {
    await world.vcenter.put({ ...vm, powerState: "poweredOn" });
    const inspected = await inspectDisk(context(), DISK, world.source("vddk"));
    await rejects(inspected.expectUnused(), /the VM "vm01" is "poweredOn"/);
    await rejects(
      inspectDisk(context(), DISK, world.source("vddk", 0, { file: "vm01/moved.vmdk" })),
      /is "\[ds\] vm01\/vm01_0\.vmdk" now, the plan says "\[ds\] vm01\/moved\.vmdk"/,
    );
  });
});
