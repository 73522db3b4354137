import assert from "node:assert/strict";
import { allowedFlavors } from "../../policy/allowed-flavors.ts";
import { bootFromVolume } from "../../policy/boot-from-volume.ts";
import { deleteOnTerminationOff } from "../../policy/delete-on-termination-off.ts";
import { createGate } from "../../policy/gate.ts";
import { largestFlavor } from "../../policy/largest-flavor.ts";
import { clouds, resource, SERVER, UNKNOWN, UNKNOWN_LIST, violations, VOLUME } from "./run-policy.ts";

describe("policy allowed-flavors", () => {
  const server = resource(SERVER, "web", { flavorName: "m1.large" });

  it("allows every flavor unless it is configured", async () => {
    assert.deepEqual(await violations(allowedFlavors, server), []);
  });
  it("refuses a flavor that no pattern names, by VM, with what is allowed and what to do", async () => {
    const [message, ...more] = await violations(allowedFlavors, server, { allow: ["s1.*", "m1.small"] });
    assert.match(
      message ?? "",
      /^VM web: flavor m1\.large is not allowed \(allowed: s1\.\*, m1\.small\)\. Name an allowed one/,
    );
    assert.deepEqual(more, []);
    assert.deepEqual(await violations(allowedFlavors, server, { allow: ["s1.*", "m1.*"] }), []);
  });
  it("refuses a forbidden one although a pattern names it", async () => {
    assert.match(
      (await violations(allowedFlavors, server, { allow: ["m1.*"], forbid: ["*.large"] }))[0] ?? "",
      /without \*\.large/,
    );
  });
  it("looks at the flavor's id where no name is given, and waits where neither is known", async () => {
    const byId = resource(SERVER, "web", { flavorName: undefined, flavorId: "42" });
    assert.equal((await violations(allowedFlavors, byId, { allow: ["m1.*"] })).length, 1);
    const unknown = resource(SERVER, "web", { flavorName: UNKNOWN });
    assert.deepEqual(await violations(allowedFlavors, unknown, { allow: ["m1.*"] }), []);
  });
  it("leaves excepted VMs alone", async () => {
    assert.deepEqual(await violations(allowedFlavors, server, { allow: ["s1.*"], exceptVms: ["we*"] }), []);
    assert.equal((await violations(allowedFlavors, server, { allow: ["s1.*"], exceptVms: ["db*"] })).length, 1);
  });
  it("says nothing of other resources", async () => {
    assert.deepEqual(await violations(allowedFlavors, resource(VOLUME, "web-disk-2000"), { allow: ["none"] }), []);
  });
});

describe("policy largest-flavor", () => {
  const server = resource(SERVER, "web", { flavorName: "m1.large" });
  const gate = (): ReturnType<typeof createGate> => createGate(clouds([], { "m1.large": [8, 16384] }));

  it("asks no cloud while no limit is set", async () => {
    const noCloud = createGate({
      begun: () => Promise.reject(new Error("asked")),
      usedVolume: () => Promise.reject(new Error("asked")),
      usedPort: () => Promise.reject(new Error("asked")),
      flavor: () => Promise.reject(new Error("asked")),
    });
    assert.deepEqual(await violations(largestFlavor, server, {}, noCloud), []);
  });
  it("compares with the size that the cloud says", async () => {
    assert.deepEqual(await violations(largestFlavor, server, { maxVcpus: 8, maxMemoryMiB: 16384 }, gate()), []);
    const [message] = await violations(largestFlavor, server, { maxVcpus: 4, maxMemoryMiB: 8192 }, gate());
    assert.match(
      message ?? "",
      /^VM web: flavor m1\.large is larger than allowed \(8 vCPUs, at most 4; 16384 MiB of memory, at most 8192\)/,
    );
  });
  it("takes a size of the configuration before the cloud's", async () => {
    const flavors = { "m1.large": { vcpus: 2, memoryMiB: 1024 } };
    assert.deepEqual(await violations(largestFlavor, server, { maxVcpus: 4, flavors }, gate()), []);
  });
  it("is a violation when a limit is set and the size cannot be had", async () => {
    assert.match(
      (await violations(largestFlavor, server, { maxVcpus: 4 }))[0] ?? "",
      /size of flavor m1\.large cannot be read/,
    );
  });
});

describe("policy delete-on-termination-off", () => {
  const disk = { uuid: UNKNOWN, sourceType: "volume", destinationType: "volume" };

  it("passes where it is off or not said, and where the disks are not known yet", async () => {
    assert.deepEqual(await violations(deleteOnTerminationOff, resource(SERVER, "web")), []);
    assert.deepEqual(await violations(deleteOnTerminationOff, resource(SERVER, "web", { blockDevices: [disk] })), []);
    assert.deepEqual(
      await violations(deleteOnTerminationOff, resource(SERVER, "web", { blockDevices: UNKNOWN_LIST })),
      [],
    );
  });
  it("names each disk that would go with the server", async () => {
    const blockDevices = [disk, { ...disk, deleteOnTermination: true }];
    const found = await violations(deleteOnTerminationOff, resource(SERVER, "web", { blockDevices }));
    assert.equal(found.length, 1);
    assert.match(found[0] ?? "", /^VM web: disk 1 .*blockDevices\[1\]\.deleteOnTermination to false/);
  });
});

describe("policy boot-from-volume", () => {
  it("passes for volumes, also while their ids are unknown", async () => {
    assert.deepEqual(await violations(bootFromVolume, resource(SERVER, "web")), []);
  });
  for (const [what, props, expected] of [
    ["an image", { imageName: "debian-12" }, /boots from an image/],
    ["an image by an id that is not known yet", { imageId: UNKNOWN }, /boots from an image/],
    ["no volume", { blockDevices: [] }, /has no volume/],
    [
      "a local disk",
      { blockDevices: [{ sourceType: "blank", destinationType: "local" }] },
      /disk 0 of the server is not a volume/,
    ],
    [
      "a volume made from an image",
      { blockDevices: [{ sourceType: "image", destinationType: "volume" }] },
      /is not a volume/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const found = await violations(bootFromVolume, resource(SERVER, "web", props));
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", expected);
    });
  }
});
