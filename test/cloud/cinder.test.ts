import assert from "node:assert/strict";
import { getVolume, setBootable, setImageProperties } from "../../cloud/cinder.ts";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { consoleOutput, getServer } from "../../cloud/nova.ts";
import { PROJECT, startFakeCloud, type FakeCloud } from "./fake-cloud.ts";

const volumes = `/volume/v3/${PROJECT}/volumes`;

describe("volumes and servers", () => {
  let cloud: FakeCloud;
  let client: CloudClient;
  beforeEach(async () => {
    cloud = await startFakeCloud();
    client = await connect(cloud.entry, { sleep: () => Promise.resolve() });
  });
  afterEach(async () => {
    await client.close();
    await cloud.close();
  });

  it("a volume is read with what Nova will boot from", async () => {
    const volume = {
      id: "v1",
      name: null,
      status: "available",
      size: 3,
      volume_type: "ceph",
      bootable: "true",
      metadata: { a: "b" },
      volume_image_metadata: { hw_disk_bus: "scsi", min_disk: 0 },
      attachments: [{ server_id: "s1" }],
    };
    cloud.answer = () => ({ body: { volume } });
    assert.deepEqual(await getVolume(client, "v1"), {
      id: "v1",
      name: "",
      status: "available",
      sizeGiB: 3,
      volumeType: "ceph",
      bootable: true,
      metadata: { a: "b" },
      imageProperties: { hw_disk_bus: "scsi", min_disk: "0" },
      attachedServerIds: ["s1"],
    });
    cloud.answer = () => ({ body: { volume: { ...volume, bootable: "false", volume_image_metadata: undefined } } });
    const second = await getVolume(client, "v1");
    assert.equal(second?.bootable, false);
    assert.deepEqual(second.imageProperties, {});
  });

  it("null means that it does not exist; any other failure is one", async () => {
    assert.equal(await getVolume(client, "v1"), null);
    assert.equal(await getServer(client, "s1"), null);
    cloud.answer = () => ({ status: 403 });
    await assert.rejects(getVolume(client, "v1"), { status: 403 });
    await assert.rejects(getServer(client, "s1"), { status: 403 });
  });

  it("an id stays inside its place in the path", async () => {
    await getVolume(client, "../../servers/x?y");
    assert.equal(cloud.seen.at(-1)?.path, `${volumes}/..%2F..%2Fservers%2Fx%3Fy`);
  });

  it("image properties become exactly those wanted, also when an answer was lost", async () => {
    let present: Record<string, string> = { stale: "1", hw_disk_bus: "ide" };
    let lost = true;
    cloud.answer = ({ method, body }) => {
      if (method === "GET") {
        const volume = { id: "v1", status: "available", size: 1, bootable: "false", volume_image_metadata: present };
        return { body: { volume } };
      }
      const action = body as Record<string, { key?: string; metadata?: Record<string, string> }>;
      const key = action["os-unset_image_metadata"]?.key;
      if (key !== undefined) {
        if (!(key in present)) return { status: 404 };
        present = Object.fromEntries(Object.entries(present).filter(([name]) => name !== key));
        if (lost) {
          lost = false;
          return { status: 504 };
        }
      }
      present = { ...present, ...action["os-set_image_metadata"]?.metadata };
      return { status: 200 };
    };
    await setImageProperties(client, "v1", { hw_disk_bus: "scsi", os_type: "linux" });
    assert.deepEqual(present, { hw_disk_bus: "scsi", os_type: "linux" });
  });

  it("the bootable flag is set by Cinder's action, tried again when the service is busy", async () => {
    let busy = true;
    cloud.answer = () => {
      const reply = { status: busy ? 503 : 200 };
      busy = false;
      return reply;
    };
    await setBootable(client, "v1");
    const actions = cloud.seen.slice(1).map(({ method, path, body }) => ({ method, path, body }));
    const action = { method: "POST", path: `${volumes}/v1/action`, body: { "os-set_bootable": { bootable: true } } };
    assert.deepEqual(actions, [action, action]);
  });

  it("a server in ERROR tells its fault, and the console its last lines", async () => {
    const server = {
      id: "s1",
      name: "web",
      status: "ERROR",
      fault: { code: 500, message: "No valid host" },
      metadata: {},
    };
    cloud.answer = ({ method }) => ({ body: method === "GET" ? { server } : { output: "login: " } });
    assert.equal((await getServer(client, "s1"))?.fault, "No valid host");
    assert.equal(await consoleOutput(client, "s1", 30), "login: ");
    assert.deepEqual(cloud.seen.at(-1)?.body, { "os-getConsoleOutput": { length: 30 } });
  });
});
