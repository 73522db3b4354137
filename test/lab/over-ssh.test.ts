import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { stringify } from "yaml";
import { parentOf } from "../../conversion/process-identity.ts";
import { processesWith, until } from "../conversion/support/launch.ts";
import { startConversionHost, type ConversionHost } from "../conversion/support/sshd.ts";
import { isIdentical, ledger, randomDisk } from "./disks.ts";
import { testVm } from "./vms.ts";
import { stateValues, Workspace } from "./workspace.ts";

const SIZE_MIB = 1400;

describe("a wave whose conversion host is behind sshd", function () {
  this.timeout(1_200_000);
  const wave = new Workspace("test-ssh");
  const disk = path.join(wave.datastore, "big.raw");
  let host: ConversionHost;

  before(async () => {
    host = await startConversionHost();
    await wave.open();
    await randomDisk(disk, SIZE_MIB, SIZE_MIB);
    wave.writeVm(testVm("overssh", 205, [{ file: "big.raw", capacityBytes: SIZE_MIB * 2 ** 20 }]));
    wave.writePlan({ "test-ssh": { target: "lab", vms: { overssh: {} } } });
    await wave.plan();
    const datastores = { test: wave.datastore };
    const settings = { version: 1, runner: host.runner, datastores, storage: { lab: {} }, slots: 2, threads: 2 };
    writeFileSync(path.join(wave.folder, "runners.yaml"), stringify(settings));
  });
  after(async () => {
    try {
      await wave.close();
    } finally {
      await host.close();
    }
  });

  it("goes on after its line was cut in mid-copy; another runner changes nothing; no host is in the state", async () => {
    const running = wave.start("up", "test-ssh", "--yes", "--", "--non-interactive", "--skip-preview");
    const writer = (): number | undefined =>
      processesWith("image=volume-").find(({ args, pid }) => args[0]?.endsWith("qemu-nbd") && sshdOf(pid) !== null)
        ?.pid;
    /** The process of sshd that a writer of this wave's program hangs on. */
    const sshdOf = (pid: number): number | null => {
      const program = parentOf(pid);
      return program !== null && processesWith(host.bundles).some((other) => other.pid === program)
        ? parentOf(program)
        : null;
    };
    await until("a copy runs over ssh", () => writer() !== undefined, 180);
    const [volume = ""] = (await wave.volumes()).values();
    await until("the copy is claimed", async () => (await ledger(volume))?.state === "copying", 60);
    process.kill(sshdOf(writer() ?? 0) ?? assert.fail("no sshd session"), "SIGKILL");
    const cut = await running;
    assert.notEqual(cut.exitCode, 0, cut.all);
    assert.match(cut.all, /the line to root@198\.18\.[^]* broke[^]*Run again: it goes on where it stopped/);

    const up = await wave.up();
    assert.equal(up.exitCode, 0, up.all);
    assert.deepEqual([...(await wave.volumes()).values()], [volume], "the same, one volume");
    assert.ok(await isIdentical(disk, volume));
    assert.equal((await ledger(volume))?.state, "sealed");

    assert.doesNotMatch(JSON.stringify(await stateValues(wave)), /198\.18\.|wavelift-sshd|bundles/);
    wave.writeRunners();
    const preview = await wave.preview("--expect-no-changes");
    assert.equal(preview.exitCode, 0, preview.all);
  });
});
