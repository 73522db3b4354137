import assert from "node:assert/strict";
import { connect, type CloudClient } from "../../cloud/client.ts";
import { readHoldings } from "../../cloud/holdings.ts";
import { removePort, removeServer, removeVolume, type RemovePatience } from "../../cloud/remove.ts";
import { markDescription, markMetadata, markTags, readPortMark } from "../../planning/mark.ts";
import { PROJECT, startFakeCloud, type FakeCloud, type Reply } from "./fake-cloud.ts";

const mark = { stack: "wavelift/wave1", key: "web", generation: 1 };

describe("what is removed from a cloud", () => {
  let cloud: FakeCloud;
  let client: CloudClient;
  let waitedMs: number;
  let patience: RemovePatience;
  beforeEach(async () => {
    cloud = await startFakeCloud();
    client = await connect(cloud.entry, { sleep: () => Promise.resolve() });
    waitedMs = 0;
    patience = {
      now: () => waitedMs,
      sleep: (milliseconds) => {
        waitedMs += milliseconds;
        return Promise.resolve();
      },
      ...{ stopMs: 5000, goneMs: 20_000, settleMs: 5000 },
    };
  });
  afterEach(async () => {
    await client.close();
    await cloud.close();
  });

  /** Each look at the thing gives the next status; "gone" is a 404, and the last stays. */
  function lives(noun: "volume" | "server", statuses: readonly string[]): void {
    let looks = 0;
    cloud.answer = ({ method }): Reply => {
      if (method !== "GET") return { status: 202 };
      const status = statuses[Math.min(looks, statuses.length - 1)] ?? "gone";
      looks += 1;
      const thing = { id: "x", name: "x", status, size: 1, bootable: "false", metadata: {}, attachments: [] };
      return status === "gone" ? { status: 404 } : { body: { [noun]: thing } };
    };
  }
  const sent = (): string[] =>
    cloud.seen
      .filter(({ method }) => method !== "GET")
      .map(({ method }) => method)
      .slice(1);

  it("a volume: once, and it is waited for", async () => {
    lives("volume", ["available", "deleting", "deleting", "gone"]);
    assert.equal(await removeVolume(client, "x", patience), null);
    assert.deepEqual(sent(), ["DELETE"]);
  });

  it("a volume that is gone, or going, is not asked for again", async () => {
    lives("volume", ["gone"]);
    assert.equal(await removeVolume(client, "x", patience), null);
    lives("volume", ["deleting", "deleting", "gone"]);
    assert.equal(await removeVolume(client, "x", patience), null);
    assert.deepEqual(sent(), []);
  });

  it("a volume that is still being created is waited for first", async () => {
    lives("volume", ["creating", "creating", "error", "deleting", "gone"]);
    assert.equal(await removeVolume(client, "x", patience), null);
    lives("volume", ["creating"]);
    assert.match((await removeVolume(client, "x", patience)) ?? "", /still creating.*run this again/);
    assert.deepEqual(sent(), ["DELETE"]);
  });

  it("a volume whose image is held open a little longer is tried again", async () => {
    lives("volume", ["available", "deleting", "available", "deleting", "gone"]);
    assert.equal(await removeVolume(client, "x", patience), null);
    assert.deepEqual(sent(), ["DELETE", "DELETE"]);
  });

  it("a volume that cannot be deleted is told with a remedy, in bounded time", async () => {
    lives("volume", ["available", "error_deleting"]);
    assert.match((await removeVolume(client, "x", patience)) ?? "", /cinder-volume.*--state available x/);
    lives("volume", ["error_deleting"]);
    assert.match((await removeVolume(client, "x", patience)) ?? "", /cinder-volume/);
    lives("volume", ["available", "deleting"]);
    assert.match((await removeVolume(client, "x", patience)) ?? "", /still deleting.*--state error x/);
    lives("volume", ["available"]);
    assert.match((await removeVolume(client, "x", patience)) ?? "", /held open/);
    assert.ok(waitedMs < 100_000);
  });

  it("a server: its guest may shut down first, then it is removed and waited for", async () => {
    lives("server", ["ACTIVE", "ACTIVE", "SHUTOFF", "SHUTOFF", "gone"]);
    assert.equal(await removeServer(client, "x", patience), null);
    assert.deepEqual(sent(), ["POST", "DELETE"]);
  });

  it("a server that does not shut down is removed all the same; one that does not go is told", async () => {
    lives("server", ["ACTIVE"]);
    assert.match((await removeServer(client, "x", patience)) ?? "", /nova-compute/);
    assert.deepEqual(sent(), ["POST", "DELETE"]);
  });

  it("what is gone already is fine; any other refusal is a failure", async () => {
    cloud.answer = () => ({ status: 404 });
    assert.equal(await removePort(client, "x"), null);
    cloud.answer = () => ({ status: 409 });
    await assert.rejects(removePort(client, "x"), { status: 409 });
  });

  it("holdings: what there is, whose it is by mark and project, and what hangs together", async () => {
    cloud.answer = ({ path }): Reply => {
      if (path.includes("/volumes/detail"))
        return {
          body: {
            volumes: [
              {
                ...{ id: "v1", name: null, status: "in-use", metadata: markMetadata({ ...mark, key: "web-disk-1" }) },
                ...{ attachments: [{ server_id: "s1" }], "os-vol-tenant-attr:tenant_id": "other" },
              },
            ],
          },
        };
      if (path.includes("/servers/detail"))
        return {
          body: {
            servers: [
              {
                ...{ id: "s1", name: "web", status: "ACTIVE", metadata: markMetadata(mark), tenant_id: PROJECT },
                "os-extended-volumes:volumes_attached": [{ id: "v1" }],
              },
            ],
          },
        };
      if (path.includes("/images")) return { body: { images: [] } };
      const port = { name: "n", project_id: PROJECT, device_id: "s1" };
      return {
        body: {
          ports: [
            { ...port, id: "p1", description: markDescription(mark), tags: [] },
            { ...port, id: "p2", description: "", tags: markTags(mark), project_id: "other" },
            { ...port, id: "p3", description: null, device_id: null },
          ],
        },
      };
    };
    const { volumes, servers, ports } = await readHoldings(client, "lab");
    assert.deepEqual(volumes, [
      {
        ...{ id: "v1", name: "", status: "in-use", projectId: "other" },
        ...{ mark: { ...mark, key: "web-disk-1" }, attachedServerIds: ["s1"] },
      },
    ]);
    assert.deepEqual(servers, [
      { id: "s1", name: "web", status: "ACTIVE", projectId: PROJECT, mark, volumeIds: ["v1"] },
    ]);
    assert.deepEqual(
      ports.map(({ id, mark: own, projectId, deviceId }) => [id, own, projectId, deviceId]),
      [
        ["p1", mark, PROJECT, "s1"],
        ["p2", mark, "other", "s1"],
        ["p3", null, PROJECT, ""],
      ],
    );
  });
});

describe("the mark of a port", () => {
  it("is in its description from birth, and in its tags later", () => {
    assert.deepEqual(readPortMark([], markDescription(mark)), mark);
    assert.deepEqual(readPortMark(markTags(mark), ""), mark);
    assert.deepEqual(readPortMark(markTags(mark), markDescription(mark)), mark);
    assert.ok(markDescription({ ...mark, stack: `wavelift/${"w".repeat(100)}` }).length < 255);
  });

  it("is nobody's when the two say different things, or half of it", () => {
    assert.equal(readPortMark(markTags(mark), markDescription({ ...mark, stack: "wavelift/wave2" })), null);
    assert.equal(readPortMark([], "wavelift_stack=wavelift/wave1"), null);
    assert.equal(readPortMark([], "port of the web server"), null);
  });
});
