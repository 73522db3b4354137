import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { project } from "../../cli/project.ts";
import { run } from "../../conversion/commands.ts";
import { makeBench, type Bench } from "../conversion/support/begun.ts";
import { ledgerOf } from "../conversion/support/images.ts";
import { until } from "../conversion/support/launch.ts";
import { commands } from "../conversion/support/tools.ts";

/** By its process: a monitor only calls an OSD down that others report, and there is no other one. */
const osdRuns = async (): Promise<boolean> => (await run(commands, "pgrep", ["-x", "ceph-osd"])).code === 0;

/** The one OSD of the lab dies and comes back. It is everybody's: this test has the lab to itself. */
describe("an OSD that goes down in mid-copy", function () {
  this.timeout(600_000);
  let bench: Bench;
  before(async () => {
    bench = await makeBench();
  });
  const restart = async (): Promise<void> => {
    await execa(process.execPath, ["bin/setup.mjs", "lab/main.ts", "restart", "ceph-osd"], { cwd: project });
    await until("the OSD runs", osdRuns, 60);
  };
  after(async () => {
    if (!(await osdRuns())) await restart();
    await bench.close();
  });

  it("is waited for: the same run goes on when it is up again, and the image is the disk", async () => {
    const begun = await bench.begin();
    assert.equal((await run(commands, "pkill", ["-KILL", "-x", "ceph-osd"])).code, 0, "there was no OSD to kill");
    await until("the OSD has ended", async () => !(await osdRuns()), 30);
    await sleep(40_000); // Longer than a watch on an image lives (30 s).
    assert.equal(begun.stage.child.exitCode, null, `it ended without its OSD: ${begun.stage.stderr()}`);
    await restart();
    const { code, stderr } = await begun.stage.ended;
    assert.equal(code, 0, stderr);
    assert.equal(await bench.holdsDisk(begun.image), true);
    assert.equal((await ledgerOf(begun.image))?.state, "copied");
  });
});
