import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { mortal } from "../../cli/mortal.ts";
import { readVms } from "../../inventory/readers/vsphere.ts";
import type { FoundVm } from "../../inventory/readers/reader.ts";
import { lookUpAll } from "../../inventory/vsphere/look-up-all.ts";
import { openLookups } from "../../inventory/vsphere/lookups.ts";
import { openVsphere } from "../../inventory/vsphere/session.ts";
import type { VsphereSettings } from "../../inventory/vsphere/settings.ts";
import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import { type Simulator, startSimulator } from "../../lab/vcenter/simulator.ts";
import { pluginLookups } from "../../review/plugin-lookups.ts";
import { ensureGoProgram } from "../../toolchain/go-program.ts";
import { vspherePlugin } from "../../toolchain/vsphere-plugin.ts";
import { labPopulation } from "./lab-population.ts";

describe("look-ups of @pulumi/vsphere", function () {
  this.timeout(60_000);
  let program: string;
  let vcenter: Simulator;
  let settings: VsphereSettings;
  let read: ReadonlyMap<string, FoundVm>;

  before(async function () {
    this.timeout(45 * 60_000);
    program = await ensureGoProgram(vspherePlugin);
    vcenter = await startSimulator({ population: await labPopulation() });
    const caPem = await readFile(vcenter.certificateFile, "utf8");
    const url = new URL(new URL(vcenter.url).origin);
    settings = { url, username: vcenter.user, password: () => vcenter.password, caPem, thumbprint: null, plugin: true };
    const session = await openVsphere(settings);
    const vms = new Map<string, FoundVm>();
    for await (const found of readVms(session, null)) if ("vm" in found) vms.set(found.vm.name, found.vm);
    await session.close();
    read = vms;
  });

  after(() => vcenter.stop());

  const open = (given: VsphereSettings = settings) => openLookups(mortal(program, []), given, 10_000);
  const one = (name: string): FoundVm => read.get(name) ?? assert.fail(`${name} was not read`);

  it("tell of every VM what the reader tells", async () => {
    const { vms, failed } = await lookUpAll(read, open);
    assert.deepEqual(vms, read);
    // The provider knows no raw device mappings (it looks at the first SCSI controller): such a VM stays as it was read.
    assert.deepEqual([...failed.keys()].sort(), ["db02"]);
    assert.match(failed.get("db02") ?? "", /unsupported backing type/);
  });

  it("are what counts where they carry the field", async () => {
    const before = { ...one("win01"), cpus: 64, memoryMiB: 1, firmware: "bios" as const, secureBoot: false };
    const { vms } = await lookUpAll(new Map([["win01", before]]), open);
    assert.deepEqual(vms.get("win01"), one("win01"));
  });

  it("leave no file behind and put the password in no argument and no environment", async () => {
    const lookups = await open();
    const own = await processes(program);
    const left = (await readdir(tmpdir())).filter((name) => name.startsWith("wavelift-vsphere-"));
    await lookups.close();
    assert.equal(own.length, 1);
    assert.ok(left.length > 0);
    for (const text of own) {
      assert.ok(text.includes("SSL_CERT_FILE"));
      assert.ok(!text.includes(vcenter.password));
    }
    assert.deepEqual(await processes(program), []);
    assert.deepEqual(
      (await readdir(tmpdir())).filter((name) => left.includes(name)),
      [],
    );
  });

  it("fail with a wrong password, which is not told", async () => {
    const error = await failure(open({ ...settings, password: () => "not-the-password" }));
    assert.doesNotMatch(error, /not-the-password/);
    assert.deepEqual(await processes(program), []);
  });

  it("fail at a vCenter that is not trusted, whatever the fingerprint", async () => {
    assert.match(await failure(open({ ...settings, caPem: null })), /certificate/);
    const pinned = { ...settings, thumbprint: "00".repeat(32) };
    assert.match(await failure(pluginLookups(pinned)), /cannot check a thumbprint/);
  });

  it("fail where the plugin is none", async () => {
    assert.match(await failure(openLookups(["/bin/true", []], settings, 5000)), /does not start/);
    assert.match(await failure(openLookups(["/nowhere", []], settings, 5000)), /plugin/);
  });
});

async function failure(work: Promise<{ readonly close: () => Promise<void> }>): Promise<string> {
  try {
    await (await work).close();
  } catch (error) {
    assert.ok(error instanceof VsphereError, String(error));
    return error.message;
  }
  return assert.fail("it did not fail");
}

/** Arguments and environment of each process that runs the program. */
async function processes(program: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [args, env] = await Promise.all(
      ["cmdline", "environ"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    if (args?.split("\0")[0] === program) found.push(`${args}${env ?? ""}`);
  }
  return found;
}
