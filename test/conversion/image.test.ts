import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageJob } from "../../conversion/job.ts";
import { imageId } from "../../conversion/image/image-id.ts";
import { Ledger, LEDGER_KEY } from "../../conversion/ledger/ledger.ts";
import { makeImage } from "../../conversion/verbs/image.ts";
import { removeImage } from "../../conversion/verbs/unimage.ts";
import type { World } from "../../conversion/verbs/world.ts";
import { markImage } from "../../planning/mark.ts";
import { CAPACITY, makeAs, makeDatastore, makeRaw, MIB, sourceOf } from "./support/disks.ts";
import { fakeGlance, glancePool, imageJob, imagesAccess, imagesRbd, type FakeGlance } from "./support/glance.ts";
import { commands, needLab, rbd, tool } from "./support/tools.ts";
import { makeWorld, resultOf, STACK } from "./support/world.ts";

const login = ["--conf", imagesAccess.conf, "--id", imagesAccess.user];
const node = (id: string, snapshot = ""): string => `rbd:images/${id}${snapshot}:id=glance`;
const pattern = (id: string, byte: number): void => {
  tool("qemu-io", "-f", "raw", "-c", `write -P ${byte} 0 4096`, node(id));
};

describe("image: a template's disk becomes an image of Glance", function () {
  this.timeout(900_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let raw: string;
  let glance: FakeGlance;
  const all: FakeGlance[] = [];
  /** Each test has a project of its own, and so its own ids. */
  const job = (change: Partial<ImageJob> = {}): ImageJob => imageJob(sourceOf("disk.vmdk", "vmdk"), change);
  const world = (change: Partial<World> = {}) => makeWorld(datastore.folder, { glance, ...change });
  const make = async (change: Partial<ImageJob> = {}, more: Partial<World> = {}) =>
    makeImage(world(more), { verb: "image", job: job(change) });
  const remove = async (change: Partial<ImageJob> = {}) => removeImage(world(), { verb: "unimage", job: job(change) });
  const only = () => {
    const [image, ...others] = glance.images.values();
    assert.ok(image !== undefined && others.length === 0, `${others.length + 1} images`);
    return image;
  };
  const ledger = async (id: string): Promise<Ledger> =>
    Ledger.parse(JSON.parse((await imagesRbd.metadata(id)).get(LEDGER_KEY) ?? ""));

  before(async () => {
    await needLab();
    datastore = makeDatastore();
    raw = makeRaw(join(datastore.folder, "disk.raw"));
    makeAs(raw, "vmdk", join(datastore.folder, "disk.vmdk"), "subformat=streamOptimized");
  });
  beforeEach(() => {
    glance = fakeGlance(randomUUID());
    all.push(glance);
  });
  after(async () => {
    for (const one of all) await one.removeAll();
    datastore.remove();
  });

  it("makes record, verified data, protected snapshot and location, and says the same when it runs again", async () => {
    assert.deepEqual(await make({}, { mayCopy: false }), { kind: "needsSlot" });
    assert.deepEqual(glance.created, [], "without a slot nothing is made");
    const outcome = await make();
    assert.equal(resultOf(outcome), "active");
    const image = only();
    const fsid = tool("ceph", ...login, "fsid").trim();
    assert.deepEqual(image.locations, [`rbd://${fsid}/images/${image.id}/snap`]);
    assert.equal(image.sizeBytes, CAPACITY);
    assert.deepEqual(image.properties, {
      hw_disk_bus: "scsi",
      os_type: "linux",
      ...markImage({ stack: STACK, key: "tpl1", generation: 1 }, image.id, "tpl1-disk-2000"),
    });
    assert.deepEqual(await glancePool.snapshots(image.id), [{ name: "snap", isProtected: true }]);
    assert.match(tool("qemu-img", "compare", "-f", "raw", "-F", "raw", raw, node(image.id, "@snap")), /identical/);
    assert.match(tool("rbd", ...login, "info", `images/${image.id}`), /order 23[\s\S]*layering/);
    assert.equal((await ledger(image.id)).state, "sealed");
    pattern(image.id, 0x5a);
    assert.equal(resultOf(await make()), "active");
    tool("qemu-io", "-r", "-f", "raw", "-c", "read -P 0x5a 0 4096", node(image.id));
    assert.deepEqual(glance.created.length, 1);
  });

  it("goes on where it was cut, in the one record that there is", async () => {
    let copies = 0;
    await assert.rejects(
      make(
        { sliceMiB: 8 },
        {
          commands: {
            start: (name, args, options) => {
              const isPublish = name === "rbd" && args.includes("snap") && args.includes("create");
              if (isPublish) copies += 1;
              return isPublish ? commands.start("false", [], options) : commands.start(name, args, options);
            },
          },
        },
      ),
      /rbd snap create/,
    );
    assert.equal(copies, 1);
    const { id } = only();
    assert.deepEqual([only().status, (await ledger(id)).state], ["queued", "copied"]);
    const lines = world();
    assert.equal(resultOf(await makeImage(lines, { verb: "image", job: job({ sliceMiB: 8 }) })), "active");
    assert.equal(only().id, id);
    assert.ok(!lines.lines.some((line) => line.includes("copying")), lines.lines.join("\n"));
  });

  it("copies again what changed at the source before anybody had the image, snapshot included", async () => {
    glance.takesLocations = false;
    await assert.rejects(make(), /Glance does not take it as the image .*show_multiple_locations = true/s);
    const { id } = only();
    assert.equal((await glancePool.snapshots(id)).length, 1);
    const other = join(datastore.folder, "disk.raw");
    tool("qemu-io", "-f", "raw", "-c", `write -P 0x77 ${20 * MIB} 65536`, other);
    makeAs(other, "vmdk", join(datastore.folder, "disk.vmdk"), "subformat=streamOptimized");
    glance.takesLocations = true;
    assert.equal(resultOf(await make()), "active");
    assert.match(tool("qemu-img", "compare", "-f", "raw", "-F", "raw", raw, node(id, "@snap")), /identical/);
  });

  it("never makes a second record, though the first request is answered by nobody", async () => {
    const create = glance.create.bind(glance);
    glance.create = async (image) => {
      await create(image);
      return create(image);
    };
    assert.equal(resultOf(await make()), "active");
    assert.equal(only().id, imageId(await glance.projectId(), { stack: STACK, key: "tpl1", generation: 1 }, 0));
  });

  it("refuses where there is a record of another generation, and makes none beside it", async () => {
    assert.equal(resultOf(await make()), "active");
    const { id } = only();
    await assert.rejects(
      make({ generation: 2 }),
      /of generation 1, expected one of generation 2\. Nothing was written/,
    );
    assert.equal(only().id, id);
  });

  it("refuses a Glance that shows no locations, before the first byte, and leaves nothing", async () => {
    glance.showsLocations = false;
    await assert.rejects(make(), /show_multiple_locations is off.*Nothing was copied\. In glance-api\.conf/s);
    assert.equal(glance.images.size, 0);
    for (const id of glance.created) assert.equal(await imagesRbd.info(id), null);
  });

  it("writes no RBD image that is not its own", async () => {
    const id = imageId(await glance.projectId(), { stack: STACK, key: "tpl1", generation: 1 }, 0);
    glance.created.push(id);
    await glancePool.create(id, CAPACITY);
    pattern(id, 0x33);
    await assert.rejects(make(), /holds data that no ledger explains.*Nothing was written/s);
    await imagesRbd.setMeta(id, LEDGER_KEY, JSON.stringify({ ...sealed(id), stack: "wavelift/other" }));
    await assert.rejects(make(), /belongs to another disk/);
    tool("qemu-io", "-r", "-f", "raw", "-c", "read -P 0x33 0 4096", node(id));
  });

  it("writes nothing that Glance gives out, whatever its ledger says", async () => {
    await make();
    const { id } = only();
    await imagesRbd.setMeta(id, LEDGER_KEY, JSON.stringify({ ...(await ledger(id)), state: "copying", finished: "" }));
    tool("rbd", ...login, "image-meta", "remove", `images/${id}`, "wavelift.v1.done");
    pattern(id, 0x44);
    await assert.rejects(make(), /Glance calls it active, expected queued/);
    tool("qemu-io", "-r", "-f", "raw", "-c", "read -P 0x44 0 4096", node(id));
  });

  it("changes looks by image-sync, takes away only what it had set, and copies nothing", async () => {
    await make();
    const { id } = only();
    const image = only();
    glance.images.set(id, { ...image, properties: { ...image.properties, site: "north" } });
    const change = { name: "New name", protected: true, imageProperties: { os_type: "windows" } };
    const sync = await makeImage(world(), { verb: "image-sync", job: job(change) });
    assert.equal(resultOf(sync), "active");
    const { name, isProtected, properties } = only();
    assert.deepEqual([name, isProtected], ["New name", true]);
    assert.deepEqual(
      [properties["os_type"], properties["hw_disk_bus"], properties["site"]],
      ["windows", undefined, "north"],
    );
    await assert.rejects(remove(change), /is protected\. Nothing was removed\. Say `image: \{protected: false\}`/);
    await assert.rejects(make({ generation: 2 }), /of generation 1, expected one of generation 2/);
  });

  it("unimage removes all, also what is half made, and says so when there is nothing", async () => {
    assert.equal(resultOf(await remove()), "gone already");
    await make();
    const { id } = only();
    assert.equal(resultOf(await remove()), "removed");
    assert.deepEqual([glance.images.size, await imagesRbd.info(id)], [0, null]);
    // The next one needs another id: Glance gives none twice.
    glance.takesLocations = false;
    await assert.rejects(make(), /does not take it/);
    const half = only().id;
    assert.notEqual(half, id);
    assert.equal(resultOf(await remove()), "removed");
    assert.deepEqual([glance.images.size, await imagesRbd.info(half)], [0, null]);
  });

  it("unimage refuses, by name, while something that was made from it is there", async () => {
    await make();
    const { id } = only();
    glance.usersNow = [{ id: "v1", what: "volume data (v1)" }];
    await assert.rejects(remove(), /2\. thing|1 thing\(s\) were made from it: volume data \(v1\)/);
    glance.usersNow = [];
    const clone = `volumes/h6-clone-${id}`;
    tool("rbd", "--id", "cinder", "clone", `images/${id}@snap`, clone);
    try {
      await assert.rejects(remove(), new RegExp(`made from it: RBD clone ${clone}`));
      assert.equal(glance.images.size, 1);
    } finally {
      tool("rbd", "--id", "cinder", "--no-progress", "rm", clone);
    }
    assert.equal(resultOf(await remove()), "removed");
  });

  it("unimage refuses once it was accepted", async () => {
    assert.equal(resultOf(await make({ phase: "accepted" })), "accepted");
    await assert.rejects(remove(), /rollback is over/);
    assert.equal(glance.images.size, 1);
    assert.notEqual(await imagesRbd.info(only().id), null);
  });

  it("unimage leaves alone what only inherited the mark, and data without a record that was given out", async () => {
    await make();
    const image = only();
    const snapshot = { ...image, id: randomUUID(), name: "a snapshot of its server" };
    glance.images.set(snapshot.id, snapshot);
    glance.images.delete(image.id);
    assert.equal(resultOf(await remove()), "gone already");
    assert.ok(glance.images.has(snapshot.id));
    assert.notEqual(await imagesRbd.info(image.id), null);
  });

  it("takes no source that somebody writes or that is not there, and makes nothing for it", async () => {
    appendFileSync(join(datastore.folder, "short.raw"), "x".repeat(512));
    await assert.rejects(make({ source: sourceOf("short.raw", "raw") }), /tpl1-disk-2000/);
    await assert.rejects(make({ source: sourceOf("none.raw", "raw") }), /tpl1-disk-2000/);
    assert.deepEqual(glance.created, []);
    assert.ok(rbd.access.pool === "volumes");
  });
});

function sealed(id: string): Ledger {
  return Ledger.parse({
    version: 1,
    ...{ volumeId: id, disk: "tpl1-disk-2000", stack: STACK, generation: 1, state: "copying", writer: null },
    ...{ capacityBytes: CAPACITY, sliceMiB: 16, begun: "", finished: "", changeId: null, digest: null },
    ...{ source: { files: 1, bytes: 1, sha256: "x" }, imageProperties: [] },
  });
}
