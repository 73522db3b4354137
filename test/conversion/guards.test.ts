import assert from "node:assert/strict";
import { appendFileSync, closeSync, openSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../conversion/failure.ts";
import type { Commands } from "../../conversion/effects.ts";
import { LEDGER_KEY, type Ledger } from "../../conversion/ledger/ledger.ts";
import { CAPACITY, makeDatastore, makeRaw, MIB, sourceOf } from "./support/disks.ts";
import { changeLedger, holds, imageNode, ledgerOf, makeImage, removeImages, scribble } from "./support/images.ts";
import { meddlingCommands, meddlingRate } from "./support/meddle.ts";
import { access, commands, needLab, rbd, tool } from "./support/tools.ts";
import { resultOf, runImport, STACK, type ImportRun } from "./support/world.ts";

describe("import: what protects data", function () {
  this.timeout(240_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let raw: string;
  let input: Omit<ImportRun, "volumeId">;
  before(async () => {
    await needLab();
    datastore = makeDatastore();
    raw = makeRaw(join(datastore.folder, "disk.raw"));
    input = { datastore: datastore.folder, source: sourceOf("disk.raw", "raw"), job: { sliceMiB: 32 } };
  });
  after(async () => {
    await removeImages();
    datastore.remove();
  });

  /** The import is refused with this message (and exit code), and the image holds not one byte of data. */
  async function refusedEmpty(run: ImportRun, message: RegExp, exitCode = 2): Promise<void> {
    await assert.rejects(runImport(run), (error) => {
      assert.ok(error instanceof Failure, String(error));
      assert.match(error.message, message);
      assert.equal(error.exitCode, exitCode, error.message);
      return true;
    });
    assert.equal(await rbd.hasData(`volume-${run.volumeId}`), false, "something was written");
  }

  describe("the target must be the volume that was just made for this disk", () => {
    it("refuses an RBD image of another size", async () => {
      const { volumeId } = makeImage("2G");
      await refusedEmpty({ ...input, volumeId }, /RBD image has 2147483648 bytes, expected 1073741824/);
    });
    it("refuses a volume of another size, status or mark, and says all of it at once", async () => {
      const { volumeId } = makeImage();
      const metadata = { wavelift_stack: STACK, wavelift_key: "vm2-disk-2000", wavelift_generation: "1" };
      const volume = { sizeGiB: 2, status: "in-use", metadata };
      await refusedEmpty(
        { ...input, volumeId, volume },
        /mark \(metadata\) is wavelift\/test vm2-disk-2000 generation 1.*status is in-use.*Cinder says 2 GiB/,
      );
    });
    it("refuses a volume without a mark", async () => {
      const { volumeId } = makeImage();
      await refusedEmpty({ ...input, volumeId, volume: { metadata: {} } }, /mark \(metadata\) is none/);
    });
    it("refuses a volume of another generation", async () => {
      const { volumeId } = makeImage();
      const metadata = { wavelift_stack: STACK, wavelift_key: "vm1-disk-2000", wavelift_generation: "2" };
      await refusedEmpty({ ...input, volumeId, volume: { metadata } }, /generation 2, expected .* generation 1/);
    });
    it("refuses a volume that Cinder does not know", async () => {
      const { volumeId } = makeImage();
      await refusedEmpty({ ...input, volumeId, volume: { id: "another" } }, /Cinder knows no volume/);
    });
    it("refuses a disk of another size than the estate says", async () => {
      const { volumeId } = makeImage();
      const source = sourceOf("disk.raw", "raw", CAPACITY + 512);
      await refusedEmpty({ ...input, volumeId, source }, /has 72353280 bytes, the estate says 72353792/);
    });
    it("refuses an image that holds data which no ledger explains", async () => {
      const { volumeId, image } = makeImage();
      scribble(image, 500 * MIB, 4096);
      await assert.rejects(runImport({ ...input, volumeId }), /unexplained data/);
      assert.equal(await ledgerOf(image), null);
    });
    it("refuses an image that a stranger holds open, by the stranger's address", async () => {
      const { volumeId, image } = makeImage();
      const args = ["-t", "--socket", join(datastore.folder, "stranger.sock"), "--image-opts", imageNode(image)];
      const stranger = commands.start("qemu-nbd", args);
      while ((await rbd.watchers(image)).length === 0);
      const [address] = await rbd.watchers(image);
      try {
        await refusedEmpty({ ...input, volumeId }, new RegExp(`held open by ${address ?? "none"}`));
      } finally {
        stranger.kill("SIGTERM");
        await stranger.ended;
      }
    });
    it("refuses a source that somebody has open for writing", async () => {
      const { volumeId } = makeImage();
      const file = openSync(raw, "r+");
      await refusedEmpty({ ...input, volumeId }, /has "disk\.raw" open for writing/, 1).finally(() => {
        closeSync(file);
      });
    });
    it("writes nothing before it has a slot", async () => {
      const { volumeId, image } = makeImage();
      const { outcome } = await runImport({ ...input, volumeId, world: { mayCopy: false } });
      assert.equal(outcome.kind, "needsSlot");
      assert.deepEqual([await rbd.hasData(image), await ledgerOf(image)], [false, null]);
    });
  });

  describe("the ledger must be this disk's, and what is done stays", () => {
    const foreign: readonly (readonly [string, Partial<Ledger>])[] = [
      ["volume", { volumeId: "00000000-0000-4000-8000-000000000000" }],
      ["stack", { stack: "wavelift/other" }],
      ["disk", { disk: "vm9-disk-2000" }],
      ["generation", { generation: 7 }],
    ];
    let image: string;
    let volumeId: string;
    const other = "another.raw";
    before(async () => {
      ({ image, volumeId } = makeImage());
      assert.equal(resultOf((await runImport({ ...input, volumeId })).outcome), "copied");
      // Empty where the first disk has data: what of that is left must be overwritten with zeroes.
      const file = join(datastore.folder, other);
      tool("truncate", "--size", String(CAPACITY), file);
      tool("qemu-io", "-f", "raw", "-c", "write -P 0x5a 60M 64k", file);
    });
    for (const [what, change] of foreign)
      it(`refuses a ledger of another ${what}`, async () => {
        const before = await ledgerOf(image);
        await changeLedger(image, { ...change, state: "copying", finished: "" });
        await assert.rejects(
          runImport({ ...input, volumeId, source: sourceOf(other, "raw") }),
          /belongs to another disk/,
        );
        assert.equal(await holds(image, raw), true);
        await changeLedger(image, before ?? {});
      });
    it("does not copy a finished disk again", async () => {
      const world = { commands: meddlingCommands(() => undefined) };
      assert.equal(resultOf((await runImport({ ...input, volumeId, world })).outcome), "skipped: copied");
      assert.ok(!world.commands.ran.some(([name]) => name === "qemu-nbd"));
    });
    for (const state of ["synced", "converted", "sealed", "accepted"] as const)
      it(`never writes a disk that is ${state}, though its source has changed`, async () => {
        await changeLedger(image, { state });
        const volume = { status: "in-use" };
        const { outcome } = await runImport({ ...input, volumeId, volume, source: sourceOf(other, "raw") });
        assert.equal(resultOf(outcome), `skipped: ${state}`);
        assert.equal(await holds(image, raw), true);
      });
    it("copies everything again where the source has changed before it was sealed, old data included", async () => {
      await changeLedger(image, { state: "copied" });
      const source = sourceOf(other, "raw");
      assert.equal(resultOf((await runImport({ ...input, volumeId, source })).outcome), "copied");
      assert.equal(await holds(image, join(datastore.folder, other)), true);
    });
  });

  describe("while it copies", () => {
    it("writes zeroes over what an earlier run may have left in a slice", async () => {
      const { volumeId, image } = makeImage();
      await runImport({ ...input, volumeId });
      scribble(image, 34 * MIB, 8 * MIB);
      await changeLedger(image, { state: "copying", finished: "0", begun: "0-1" });
      assert.equal(resultOf((await runImport({ ...input, volumeId })).outcome), "copied");
      assert.equal(await holds(image, raw), true);
    });
    it("finds a byte that was flipped behind its back, and does not call the disk copied", async () => {
      const { volumeId, image } = makeImage();
      // Where the source has nothing: nothing is written over it.
      const rate = meddlingRate((count) => {
        if (count === 2) scribble(image, 25 * MIB + 17, 1);
      });
      await assert.rejects(
        runImport({ ...input, volumeId, world: { rate } }),
        /verification found a difference in a part that is empty at the source, within bytes 25165824 to 29360127/,
      );
      const ledger = await ledgerOf(image);
      assert.deepEqual(
        [ledger?.state, ledger?.finished.split(/[-,]/)[0] === "0", ledger?.writer],
        ["copying", false, null],
      );
      assert.equal(resultOf((await runImport({ ...input, volumeId })).outcome), "copied");
      assert.equal(await holds(image, raw), true);
    });
    it("reads back as another client of Ceph", async () => {
      const { volumeId, image } = makeImage();
      const meddling = meddlingCommands(() => undefined);
      await runImport({ ...input, volumeId, world: { commands: meddling } });
      const servers = meddling.ran.filter((args) => args[0] === "qemu-nbd" && args.join(" ").includes(image));
      assert.equal(servers.length, 2, "one client that writes and one that reads");
      const [writer, reader] = servers.map((args) => args.join(" "));
      assert.match(reader ?? "", /reader\.sock.*--cache=none --read-only/);
      assert.doesNotMatch(writer ?? "", /--read-only/);
    });
    it("takes what another client of Ceph reads for the truth, not what the writer has in its memory", async () => {
      const { volumeId } = makeImage();
      // A reader that returns every byte from 4 MiB further on: whoever asked the writer would not notice.
      const shifted: Commands = {
        start: (name, args, options) => {
          const isReader = name === "qemu-nbd" && args.some((argument) => argument.endsWith("reader.sock"));
          const changed = args.map((argument) =>
            isReader && argument.startsWith("driver=raw,") ? `${argument},offset=${4 * MIB}` : argument,
          );
          return commands.start(name, changed, options);
        },
      };
      await assert.rejects(
        runImport({ ...input, volumeId, world: { commands: shifted } }),
        /verification found a difference/,
      );
    });
    it("ends with the digest of the disk, in report and ledger, however it was cut into slices and runs", async () => {
      const digests = new Set<unknown>();
      for (const sliceMiB of [4, 16, 1024]) {
        const { volumeId, image } = makeImage();
        const rate = meddlingRate((count) => {
          if (count === 4) throw new Error("the run ends here");
        });
        await assert.rejects(
          runImport({ ...input, volumeId, job: { sliceMiB }, world: { rate } }),
          /the run ends here/,
        );
        const { outcome } = await runImport({ ...input, volumeId, job: { sliceMiB } });
        assert.equal(outcome.kind, "report");
        digests.add(outcome.report.details?.["digest"]);
        digests.add((await ledgerOf(image))?.digest);
      }
      assert.equal(digests.size, 1, [...digests].join());
      assert.match(String([...digests][0]), /^wavelift1:[0-9a-f]{64}$/);
    });
    it("finds data beyond the end of the disk", async () => {
      const { volumeId, image } = makeImage();
      const rate = meddlingRate((count) => {
        if (count === 2) scribble(image, 900 * MIB, 1);
      });
      await assert.rejects(
        runImport({ ...input, volumeId, world: { rate } }),
        /difference in the rest beyond the disk/,
      );
      assert.equal((await ledgerOf(image))?.state, "copying");
    });
    it("fails when the source is written to meanwhile, and copies all of it the next time", async () => {
      const { volumeId, image } = makeImage();
      const file = makeRaw(join(datastore.folder, "live.raw"));
      const rate = meddlingRate((count) => {
        if (count === 5) tool("qemu-io", "-f", "raw", "-c", "write -P 7 1M 64k", file);
      });
      const live = { ...input, source: sourceOf("live.raw", "raw"), volumeId };
      await assert.rejects(
        runImport({ ...live, world: { rate } }),
        /source changed while it was copied.*was written to/,
      );
      assert.equal((await ledgerOf(image))?.state, "copying");
      const { outcome, lines } = await runImport(live);
      assert.equal(resultOf(outcome), "copied");
      assert.match(lines.join("\n"), /every slice is copied again/);
      assert.equal(await holds(image, file), true);
    });
    it("notices a change of the source's times alone", async () => {
      const { volumeId } = makeImage();
      const file = makeRaw(join(datastore.folder, "touched.raw"));
      const rate = meddlingRate((count) => {
        if (count === 1) utimesSync(file, 1, 1);
      });
      const source = sourceOf("touched.raw", "raw");
      await assert.rejects(runImport({ ...input, source, volumeId, world: { rate } }), /source changed/);
    });
    it("writes not one byte more once another writer has taken over, and leaves that one's ledger alone", async () => {
      const { volumeId, image } = makeImage();
      const writer = { nonce: "another", address: "192.0.2.1:0/1", process: null };
      const rate = meddlingRate(async (count) => {
        if (count === 3) await changeLedger(image, { writer });
      });
      await assert.rejects(
        runImport({ ...input, volumeId, job: { sliceMiB: 4 }, world: { rate } }),
        /another writer \(192\.0\.2\.1:0\/1\) has taken over/,
      );
      // What was begun before has 4 MiB of data at most; what comes after it, from 48 MiB on, is untouched.
      tool("qemu-io", "-r", "-c", `read -P 0 ${48 * MIB} ${16 * MIB}`, "--image-opts", imageNode(image));
      assert.deepEqual((await ledgerOf(image))?.writer, writer);
    });
    it("writes nothing when another run claims the disk in the moment in which it opens the image", async () => {
      const { volumeId, image } = makeImage();
      const other = makeImage();
      await runImport({ ...input, volumeId: other.volumeId });
      const claimed = JSON.stringify({ ...(await ledgerOf(other.image)), volumeId, state: "copying", finished: "" });
      const racing: Commands = {
        start(name, args, options) {
          if (name === "qemu-nbd")
            tool("rbd", "--id", access.user, "image-meta", "set", `${access.pool}/${image}`, LEDGER_KEY, claimed);
          return commands.start(name, args, options);
        },
      };
      await assert.rejects(
        runImport({ ...input, volumeId, world: { commands: racing } }),
        /another run has changed the ledger/,
      );
      assert.equal(await rbd.hasData(image), false);
    });
  });

  it("refuses a raw file that has grown by less than a sector", async () => {
    const { volumeId } = makeImage();
    appendFileSync(makeRaw(join(datastore.folder, "odd.raw")), "x");
    await refusedEmpty({ ...input, source: sourceOf("odd.raw", "raw"), volumeId }, /the estate says/);
  });
});
