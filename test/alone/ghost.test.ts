import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { run } from "../../conversion/commands.ts";
import { makeDatastore, makeRaw, sourceOf } from "../conversion/support/disks.ts";
import { holds, makeImage, removeImages } from "../conversion/support/images.ts";
import { until } from "../conversion/support/launch.ts";
import { access, commands, needLab, rbd } from "../conversion/support/tools.ts";
import { resultOf, runImport } from "../conversion/support/world.ts";

const login = ["--conf", access.conf, "--id", access.user];
const CLIENTS = 6;
const MOST_ROUNDS = 100;

/** Slows the OSD of the lab down to one answer at a time: this test has the lab to itself. */
describe("clients that were killed just while they opened an image", function () {
  this.timeout(600_000);
  let osd: number;
  let datastore: ReturnType<typeof makeDatastore>;
  let image = "";
  before(async () => {
    await needLab();
    osd = Number((await run(commands, "pgrep", ["-x", "ceph-osd"])).stdout.trim());
    assert.ok(osd > 0, "no OSD runs");
    datastore = makeDatastore();
    makeRaw(join(datastore.folder, "disk.raw"));
  });
  after(async () => {
    if (osd > 0) process.kill(osd, "SIGCONT");
    // The OSD looks at the record again once it was away, and lets go of those that are fenced.
    for (const address of image === "" ? [] : await rbd.watchers(image)) await rbd.blocklist(address, 600);
    await run(commands, "ceph", ["osd", "down", "0"]);
    await removeImages();
    datastore.remove();
  });

  /** Kills clients while their question is on its way: with some luck it is the one for the watch. */
  async function killWhileOpening(image: string, answers: number): Promise<void> {
    const clients = Array.from({ length: CLIENTS }, () =>
      commands.start("rbd", [...login, "image-meta", "list", `${access.pool}/${image}`]),
    );
    for (let answer = 0; answer <= answers; answer++) {
      await sleep(2);
      process.kill(osd, "SIGSTOP");
      await sleep(20);
      if (answer === answers) for (const client of clients) client.kill("SIGKILL");
      await Promise.all(answer === answers ? clients.map(({ ended }) => ended) : []);
      process.kill(osd, "SIGCONT");
    }
  }

  /** An image that ghosts hold, and nobody else. */
  async function haunted(): Promise<{ volumeId: string; ghosts: string[] }> {
    const made = makeImage();
    image = made.image;
    for (let round = 1; round <= MOST_ROUNDS; round++) {
      await killWhileOpening(image, 3 + (round % 18));
      if (round % 10 === 0 && (await rbd.ghosts(image)).length > 0) break;
    }
    await until(
      "only ghosts are left",
      async () => (await rbd.watchers(image)).length === (await rbd.ghosts(image)).length,
      90,
    );
    return { volumeId: made.volumeId, ghosts: await rbd.ghosts(image) };
  }

  it("stop no import: Ceph lists their watches for ever, and tells when it is asked that they are nobody", async () => {
    const { volumeId, ghosts } = await haunted();
    assert.ok(ghosts.length > 0, "no ghost could be made: does this Ceph still leave any (docs/copying.md)?");
    const { outcome, lines } = await runImport({
      ...{ datastore: datastore.folder, source: sourceOf("disk.raw", "raw"), volumeId, job: { sliceMiB: 32 } },
      world: { patience: { ownSeconds: 3, foreignSeconds: 3 } },
    });
    assert.equal(resultOf(outcome), "copied");
    assert.match(lines.join("\n"), /killed while it opened the image; it is nobody any more/);
    assert.equal(await holds(image, join(datastore.folder, "disk.raw")), true);
  });
});
