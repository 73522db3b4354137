import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkOf } from "../../conversion/input.ts";
import { LEDGER_KEY, type Ledger } from "../../conversion/ledger/ledger.ts";
import { lookForLeftovers, purgeTrash } from "../../conversion/verbs/leftovers.ts";
import type { Outcome } from "../../conversion/verbs/world.ts";
import type { StorageFacts } from "../../planning/image-facts.ts";
import { makeImage, removeImages, scribble } from "./support/images.ts";
import { startStage } from "./support/launch.ts";
import { access, needLab, rbd, tool } from "./support/tools.ts";
import { makeWorld, STACK } from "./support/world.ts";

const login = ["--conf", access.conf, "--id", access.user, "--pool", access.pool];
const job = { version: 1 as const, stack: STACK, target: "lab", cloud: "lab" };

function storageOf(outcome: Outcome): StorageFacts {
  assert.ok(outcome.kind === "report" && outcome.report.storage !== undefined);
  return outcome.report.storage;
}

describe("leftovers: what the conversion host sees and removes", function () {
  this.timeout(60_000);
  let folder: string;
  before(async () => {
    await needLab();
    folder = mkdtempSync(join(tmpdir(), "wavelift-left-"));
  });
  after(async () => {
    await removeImages();
    rmSync(folder, { recursive: true });
  });

  async function withLedger(state: Ledger["state"], change: Partial<Ledger> = {}): Promise<string> {
    const { volumeId, image } = makeImage("64M");
    const ledger: Ledger = {
      ...{ version: 1, volumeId, disk: "vm1-disk-2000", stack: STACK, generation: 1, state, writer: null },
      ...{ capacityBytes: 1 << 20, sliceMiB: 4, begun: "", finished: "", changeId: null, digest: null },
      source: { files: 1, bytes: 1 << 20, sha256: "00" },
      imageProperties: [],
      ...change,
    };
    await rbd.setMeta(image, LEDGER_KEY, JSON.stringify(ledger));
    return volumeId;
  }
  /** As Cinder does with an image that has a snapshot: into the trash. Its id there. */
  function trashed(volumeId: string): string {
    tool("rbd", ...login, "snap", "create", "--no-progress", `volume-${volumeId}@s`);
    tool("rbd", ...login, "trash", "mv", `volume-${volumeId}`);
    return idOf(volumeId) ?? "";
  }
  const idOf = (volumeId: string): string | undefined => {
    const entries = JSON.parse(tool("rbd", ...login, "trash", "ls", "--all", "--format", "json")) as {
      id: string;
      name: string;
    }[];
    return entries.find(({ name }) => name === `volume-${volumeId}`)?.id;
  };
  const look = async (volumeIds: string[]): Promise<StorageFacts> => {
    const work: WorkOf<"leftovers"> = { verb: "leftovers", job: { ...job, volumeIds } };
    return storageOf(await lookForLeftovers(makeWorld(folder), work));
  };
  const purge = async (trash: string[]): Promise<StorageFacts["purged"]> =>
    storageOf(await purgeTrash(makeWorld(folder), { verb: "purge", job: { ...job, trash } })).purged;

  it("tells ledger, data and snapshots of each image, one that is not there included", async () => {
    const fresh = makeImage("64M");
    const written = makeImage("64M");
    scribble(written.image, 0, 4096);
    const sealed = await withLedger("sealed");
    const foreign = await withLedger("sealed", { stack: `${STACK}0` });
    const unreadable = makeImage("64M");
    await rbd.setMeta(unreadable.image, LEDGER_KEY, '{"version":2}');
    const gone = "00000000-0000-4000-8000-000000000000";
    const asked = [fresh.volumeId, written.volumeId, sealed, foreign, unreadable.volumeId, gone];
    const { images } = await look(asked);
    assert.deepEqual(
      images.map(({ volumeId }) => volumeId),
      asked,
    );
    assert.deepEqual(
      images.map(({ image, fault }) => (image === null ? fault : [image.ledger, image.hasData, image.snapshots])),
      [
        ["none", false, 0],
        ["none", true, 0],
        ["sealed", false, 0],
        ["foreign", false, 0],
        ["unreadable", false, 0],
        null,
      ],
    );
  });

  it("knows this stack's images in the trash by their own ledger, and removes them with their snapshots", async () => {
    const mine = await withLedger("sealed");
    const id = trashed(mine);
    const { trash } = await look([]);
    assert.deepEqual(
      trash.filter((entry) => entry.volumeId === mine),
      [{ id, volumeId: mine, disk: "vm1-disk-2000", ledger: "sealed" }],
    );
    assert.deepEqual(await purge([id]), [{ id, fault: null }]);
    assert.equal(idOf(mine), undefined);
    assert.deepEqual(await purge([id]), [{ id, fault: null }], "what is gone is fine");
  });

  it("never removes another stack's, an accepted, or a nameless image from the trash, whatever the job says", async () => {
    const others = [await withLedger("sealed", { stack: `${STACK}0` }), await withLedger("accepted")];
    const nameless = makeImage("64M").volumeId;
    const ids = [...others, nameless].map(trashed);
    try {
      const purged = await purge(ids);
      assert.deepEqual(
        purged.map(({ fault }) => fault === null),
        [false, false, false],
        JSON.stringify(purged),
      );
      assert.deepEqual([...others, nameless].map(idOf), ids);
    } finally {
      const left = [...others, nameless].map(idOf).filter((id) => id !== undefined);
      for (const id of left) {
        tool("rbd", ...login, "snap", "purge", "--no-progress", "--image-id", id);
        tool("rbd", ...login, "trash", "rm", "--no-progress", id);
      }
    }
  });

  it("answers through the launcher, without credentials of a cloud", async () => {
    const { volumeId } = makeImage("64M");
    const stage = startStage(
      "leftovers",
      { ...job, volumeIds: [volumeId] },
      { folder, datastore: folder, cloudsYaml: "" },
    );
    const { code, stdout, stderr } = await stage.ended;
    assert.equal(code, 0, stderr);
    const report = JSON.parse(stdout) as { storage: StorageFacts };
    assert.equal(report.storage.images[0]?.image?.ledger, "none");
  });
});
