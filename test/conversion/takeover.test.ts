import assert from "node:assert/strict";
import { mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { imageOpts } from "../../conversion/copy/image-opts.ts";
import { systemClock, type Commands } from "../../conversion/effects.ts";
import type { Writer } from "../../conversion/ledger/ledger.ts";
import { identify } from "../../conversion/process-identity.ts";
import { openWriter, type OpenWriter } from "../../conversion/rbd/writer.ts";
import { makeDatastore, makeRaw, MIB, sourceOf } from "./support/disks.ts";
import { changeLedger, holds, imageNode, ledgerOf, makeImage, removeImages } from "./support/images.ts";
import { meddlingCommands, meddlingRate } from "./support/meddle.ts";
import { commands, needLab, rbd } from "./support/tools.ts";
import { detailsOf, resultOf, runImport, type ImportRun } from "./support/world.ts";

describe("import: takes over from an old writer", function () {
  this.timeout(300_000);
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

  const writerOf = ({ address, reader, process }: OpenWriter): Writer => ({ nonce: "old", address, reader, process });

  /** A disk half-done by a writer that still has the image open. */
  async function halfDone() {
    const { volumeId, image } = makeImage();
    await runImport({ ...input, volumeId });
    const folder = mkdtempSync(join(datastore.folder, "old-"));
    const socket = join(folder, "writer.sock");
    const old = await openWriter(commands, systemClock, rbd, image, folder, 4);
    const oldProcess = identify(old.process?.pid ?? 0);
    assert.ok(oldProcess !== null);
    return { volumeId, image, folder, socket, old, oldProcess };
  }

  it("fences a writer that was stopped: when it wakes up it writes not one byte", async () => {
    const { volumeId, image, socket, old, oldProcess } = await halfDone();
    await changeLedger(image, { state: "copying", finished: "0", writer: writerOf(old) });
    process.kill(oldProcess.pid, "SIGSTOP");
    // This write waits in the socket of the stopped writer, and is carried out as soon as it goes on.
    const late = commands.start("qemu-io", [
      ...["-c", `write -P 0xdd ${20 * MIB} 1M`, "--image-opts"],
      imageOpts({ driver: "raw", file: { driver: "nbd", server: { type: "unix", path: socket } } }),
    ]);
    const { outcome, lines } = await runImport({ ...input, volumeId });
    assert.equal(resultOf(outcome), "copied");
    assert.match(lines.join("\n"), new RegExp(`old writer ${old.address} of ${image} is fenced`));
    process.kill(oldProcess.pid, "SIGCONT");
    assert.notEqual((await late.ended).code, 0, "the write of the fenced writer was acknowledged");
    await old.close();
    assert.equal(await holds(image, raw), true, "the fenced writer has written");
  });

  it("waits neither for a writer of this host that is dead nor for the watch of its reader", async () => {
    const { volumeId, image, folder, old, oldProcess } = await halfDone();
    await changeLedger(image, {
      state: "copying",
      finished: "0",
      writer: writerOf(old),
    });
    process.kill(oldProcess.pid, "SIGKILL");
    process.kill(Number(readFileSync(join(folder, "reader.pid"), "utf8")), "SIGKILL");
    // Ceph keeps the watches of both for 30 s.
    const patience = { ownSeconds: 3600, foreignSeconds: 3 };
    assert.equal(resultOf((await runImport({ ...input, volumeId, world: { patience } })).outcome), "copied");
    assert.equal(await holds(image, raw), true);
    assert.equal((await ledgerOf(image))?.writer, null);
  });

  it("waits for a writer that closes the image in order", async () => {
    const { volumeId, image, old } = await halfDone();
    await changeLedger(image, {
      state: "copying",
      finished: "0",
      writer: writerOf(old),
    });
    const closed = systemClock.sleep(1500).then(() => old.close());
    const patience = { ownSeconds: 3600, foreignSeconds: 40 };
    assert.equal(resultOf((await runImport({ ...input, volumeId, world: { patience } })).outcome), "copied");
    await closed;
    assert.equal(await holds(image, raw), true);
  });

  it("names in the ledger exactly those that hold the image while it copies: the one that writes and the one that reads", async () => {
    const { volumeId, image } = makeImage();
    const seen: unknown[][] = [];
    const rate = meddlingRate(async () => {
      const { writer } = (await ledgerOf(image)) ?? {};
      const named = [writer?.address, writer?.reader].sort();
      let watching: string[] = [];
      // Whoever writes a record of the ledger holds the image for a moment, too.
      for (let tries = 0; tries < 20 && !isDeepStrictEqual(named, watching); tries += 1)
        watching = (await rbd.watchers(image)).sort();
      seen.push([named, watching]);
    });
    assert.equal(resultOf((await runImport({ ...input, volumeId, world: { rate } })).outcome), "copied");
    assert.ok(seen.length > 0);
    for (const [named, watching] of seen) assert.deepEqual(named, watching);
  });

  it("does not take a stranger who opens the image at that moment for its own writer", async () => {
    const { image } = makeImage();
    const stranger = commands.start("qemu-nbd", [
      "-t",
      "-r",
      "--socket",
      join(datastore.folder, "s"),
      "--image-opts",
      imageNode(image),
    ]);
    while ((await rbd.watchers(image)).length === 0);
    // The writer itself does not get as far as opening it. The clock hurries through the minute it is waited for.
    let servers = 0;
    const slow: Commands = {
      start() {
        servers += 1;
        return commands.start("sleep", ["600"]);
      },
    };
    let now = 0;
    const clock = { now: () => (now += 10_000), sleep: () => Promise.resolve() };
    await assert.rejects(
      openWriter(slow, clock, rbd, image, mkdtempSync(join(datastore.folder, "w-")), 4),
      /was not opened within 60 s/,
    );
    assert.equal(servers, 1, "a reader was started beside a writer that never opened the image");
    stranger.kill("SIGTERM");
    await stranger.ended;
  });

  it("goes on from what an old writer records at its end, after its work was looked at", async () => {
    const { volumeId, image, old } = await halfDone();
    await changeLedger(image, { state: "copying", finished: "0", writer: writerOf(old) });
    await old.close();
    const meddling = meddlingCommands(async (name, args) => {
      if (name === "ceph" && args.includes("blocklist")) await changeLedger(image, { finished: "0-1", writer: null });
    });
    const { outcome } = await runImport({ ...input, volumeId, world: { commands: meddling } });
    assert.equal(resultOf(outcome), "copied");
    assert.equal(detailsOf(outcome)["slices"], 1, "only the one slice of three that was not finished");
    assert.equal(await holds(image, raw), true);
  });
});
