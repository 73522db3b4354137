import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeBench, type Bench } from "./support/begun.ts";
import { tool } from "./support/tools.ts";

/** The conversion host has no room left where a run keeps locks and sockets: a small file system of its own, filled up. */
describe("a conversion host whose disk is full", function () {
  this.timeout(300_000);
  let bench: Bench;
  const folder = mkdtempSync(join(tmpdir(), "wavelift-full-disk-"));
  before(async () => {
    bench = await makeBench();
    tool("mount", "-t", "tmpfs", "-o", "size=256k,nr_inodes=64,mode=0700", "tmpfs", folder);
  });
  after(async () => {
    await bench.close();
    tool("umount", "--lazy", folder);
    rmSync(folder, { recursive: true });
  });
  const env = { WAVELIFT_RUN_DIR: folder };
  const ballast = join(folder, "ballast");
  /** To its last byte and file. */
  const fill = (): void => {
    for (const [step, bytes] of [65_536, 4_096].entries())
      for (let count = 0; ; count += 1)
        try {
          writeFileSync(`${ballast}-${step}-${count}`, Buffer.alloc(bytes, 1));
        } catch {
          break;
        }
  };
  const makeRoom = (): void => {
    tool("find", folder, "-name", "ballast-*", "-delete");
  };
  afterEach(makeRoom);

  it("from the start: the run says so, and the next one goes on", async () => {
    const begun = await bench.begin({ env: { ...env } });
    begun.stage.child.kill("SIGINT");
    await begun.stage.ended;
    await bench.noWriter(begun.image);
    fill();
    const { code, stderr } = await begun.again({ env }).ended;
    assert.notEqual(code, 0);
    assert.match(stderr, /no space left/i);
    assert.doesNotMatch(stderr, /at .*\.ts:\d+/, "no stack for what the operator must mend");
    makeRoom();
    await bench.goesOn(begun);
  });

  it("in mid-copy: what needs no more room goes on, and the image is the disk", async () => {
    const begun = await bench.begin({ env });
    fill();
    const { code, stderr } = await begun.stage.ended;
    assert.equal(code, 0, stderr);
    assert.equal(await bench.holdsDisk(begun.image), true);
  });
});
