import assert from "node:assert/strict";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { addLocation, createImage, deleteImage, getImage, listImages, updateImage } from "../../cloud/glance.ts";
import { PROJECT, startFakeCloud, type FakeCloud } from "./fake-cloud.ts";

const raw = {
  ...{ id: "i1", name: "golden", status: "queued", visibility: "private", protected: false, owner: PROJECT },
  ...{ size: null, min_disk: 2, min_ram: 0, tags: ["wavelift"], os_hash_algo: null, hw_disk_bus: "scsi", "a/b": "c" },
};
const looks = {
  ...{ name: "golden", visibility: "private", isProtected: false, minDiskGiB: 2, minRamMiB: 0 },
  properties: { hw_disk_bus: "scsi" },
};

describe("images of Glance", () => {
  let cloud: FakeCloud;
  let client: CloudClient;
  beforeEach(async () => {
    cloud = await startFakeCloud();
    client = await connect(cloud.entry);
  });
  afterEach(async () => {
    await client.close();
    await cloud.close();
  });
  const last = () => cloud.seen.at(-1);

  it("are read with their properties apart, and tell where they lie only where Glance shows it", async () => {
    cloud.answer = () => ({ body: { ...raw, locations: [{ url: "rbd://f/images/i1/snap", metadata: {} }] } });
    const shown = await getImage(client, "i1");
    assert.deepEqual(shown?.properties, { hw_disk_bus: "scsi", "a/b": "c" });
    assert.deepEqual(shown.locations, ["rbd://f/images/i1/snap"]);
    cloud.answer = () => ({ body: raw });
    assert.equal((await getImage(client, "i1"))?.locations, null);
    cloud.answer = () => ({ status: 404 });
    assert.equal(await getImage(client, "i1"), null);
  });

  it("are listed of the own project only", async () => {
    cloud.answer = () => ({ body: { images: [raw] } });
    await listImages(client, { wavelift_stack: "wavelift/wave1", tag: "wavelift" });
    assert.equal(
      last()?.path,
      `/image/v2/images?owner=${PROJECT}&limit=100&wavelift_stack=wavelift%2Fwave1&tag=wavelift`,
    );
  });

  it("are made under the id that is asked for; one that is taken makes none", async () => {
    cloud.answer = () => ({ status: 201, body: raw });
    await createImage(client, { ...looks, id: "i1", tags: ["wavelift"] });
    assert.deepEqual(last()?.body, {
      ...{
        id: "i1",
        name: "golden",
        visibility: "private",
        protected: false,
        disk_format: "raw",
        container_format: "bare",
      },
      ...{ min_disk: 2, min_ram: 0, tags: ["wavelift"], hw_disk_bus: "scsi" },
    });
    cloud.answer = () => ({ status: 409, body: "<html>already exists</html>" });
    assert.equal(await createImage(client, { ...looks, id: "i1", tags: [] }), null);
  });

  it("are changed by what differs alone, and lose only what is dropped", async () => {
    cloud.answer = () => ({ body: raw });
    const before = await getImage(client, "i1");
    assert.ok(before);
    const asked = cloud.seen.length;
    await updateImage(client, before, looks, []);
    assert.equal(cloud.seen.length, asked, "nothing differs");
    await updateImage(client, before, { ...looks, isProtected: true, properties: { os_type: "linux" } }, ["a/b"]);
    assert.deepEqual(last()?.body, [
      { op: "add", path: "/os_type", value: "linux" },
      { op: "remove", path: "/a~1b" },
      { op: "replace", path: "/protected", value: true },
    ]);
  });

  it("get a location by a request that is never sent twice, and are removed though they are gone", async () => {
    cloud.answer = () => ({ status: 503 });
    const asked = cloud.seen.length;
    await assert.rejects(addLocation(client, "i1", "rbd://f/images/i1/snap"), /503/);
    assert.equal(cloud.seen.length, asked + 1);
    cloud.answer = () => ({ status: 404 });
    await deleteImage(client, "i1");
  });
});
