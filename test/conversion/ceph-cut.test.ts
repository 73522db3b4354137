import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "../../conversion/commands.ts";
import { makeBench, type Bench } from "./support/begun.ts";
import { ledgerOf } from "./support/images.ts";
import { processesWith, until } from "./support/launch.ts";
import { commands, tool } from "./support/tools.ts";

/** Everything of the import runs with a group of its own, so that its packets, and no others, can be dropped. */
const GROUP = 47_000 + (process.pid % 10_000);
const wrapper = ["setpriv", "--regid", String(GROUP), "--keep-groups", "--"];
/** What the group sends over loopback to Ceph's monitors (3300, 6789) and daemons (6800 to 7300). */
const rule = [
  ...["OUTPUT", "-o", "lo", "-p", "tcp", "-m", "owner", "--gid-owner", String(GROUP)],
  ...["-m", "multiport", "--dports", "3300,6789,6800:7300", "-j", "DROP"],
];

/** Longer than a watch on an image lives (30 s). By hand also with 300: the five minutes that networks of the field are away. */
const CUT_SECONDS = Number(process.env["WAVELIFT_TEST_CUT_SECONDS"] ?? "45");

describe("Ceph out of reach in mid-slice: packets vanish, no connection is closed", function () {
  this.timeout(600_000);
  let bench: Bench;
  before(async () => {
    bench = await makeBench();
  });
  const cut = (): void => {
    tool("iptables", "-w", "10", "-I", ...rule);
  };
  const heal = async (): Promise<void> => {
    while ((await run(commands, "iptables", ["-w", "10", "-D", ...rule])).code === 0);
  };
  afterEach(heal);
  after(() => bench.close());

  it("for a while: the run goes on when it is back, and the image is the disk", async () => {
    const begun = await bench.begin({ wrapper });
    cut();
    // What was under way when it was cut may be answered still.
    await sleep(2000);
    const atFirst = await ledgerOf(begun.image);
    await sleep(CUT_SECONDS * 1000);
    assert.equal(begun.stage.child.exitCode, null, `it ended without Ceph: ${begun.stage.stderr()}`);
    assert.deepEqual(await ledgerOf(begun.image), atFirst, "it went on without Ceph");
    await heal();
    const { code, stderr } = await begun.stage.ended;
    assert.equal(code, 0, stderr);
    assert.equal(await bench.holdsDisk(begun.image), true);
  });

  it("until it is killed: no writer is left, and the next run makes one good copy", async () => {
    const begun = await bench.begin({ wrapper });
    cut();
    begun.stage.child.kill("SIGINT");
    assert.equal((await begun.stage.ended).code, 130);
    await until("no process of the image is left", () => processesWith(begun.image).length === 0, 30);
    await heal();
    await bench.goesOn(begun);
  });
});
