import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { makeBench, type Bench } from "./support/begun.ts";
import { changeLedger, ledgerOf } from "./support/images.ts";
import { rbd } from "./support/tools.ts";

/** As librbd does by itself when Ceph was away for longer than a watch lives: the writer is on the blocklist, and runs. */
describe("a writer that Ceph has fenced", function () {
  this.timeout(300_000);
  let bench: Bench;
  before(async () => {
    bench = await makeBench();
  });
  after(() => bench.close());
  const begin = async () => {
    const begun = await bench.begin();
    const writer = (await ledgerOf(begun.image))?.writer;
    assert.ok(writer);
    return { ...begun, writer };
  };

  it("is opened again by its own run where nobody else has claimed the image, and the image is the disk", async () => {
    const { image, stage, writer } = await begin();
    await rbd.blocklist(writer.address, 3600);
    const { code, stderr } = await stage.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Nobody else has claimed it: it is opened again/);
    assert.equal(await bench.holdsDisk(image), true);
  });

  it("is not where another run has claimed it", async () => {
    const { image, stage, writer } = await begin();
    // The run itself records something now and then: what it had read before goes over what is written here.
    const another = { writer: { ...writer, nonce: "another run" } };
    do {
      await changeLedger(image, another);
      await sleep(500);
    } while ((await ledgerOf(image))?.writer?.nonce !== "another run");
    await rbd.blocklist(writer.address, 3600);
    const { code, stderr } = await stage.ended;
    assert.notEqual(code, 0);
    assert.doesNotMatch(stderr, /opened again/);
    assert.equal((await ledgerOf(image))?.writer?.nonce, "another run");
  });
});
