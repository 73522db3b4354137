import assert from "node:assert/strict";
import { allowedVolumeTypes } from "../../policy/allowed-volume-types.ts";
import { importIsNeverRepeated } from "../../policy/import-is-never-repeated.ts";
import { largestVolume } from "../../policy/largest-volume.ts";
import { createGate } from "../../policy/gate.ts";
import { naming } from "../../policy/naming.ts";
import { nothingMadeAnew } from "../../policy/nothing-made-anew.ts";
import {
  clouds,
  COMMAND,
  PORT,
  resource,
  SERVER,
  stackViolations,
  UNKNOWN,
  UNKNOWN_LIST,
  violations,
  VOLUME,
} from "./run-policy.ts";

describe("policy allowed-volume-types", () => {
  it("allows every type unless it is configured, but one must be named", async () => {
    assert.deepEqual(await violations(allowedVolumeTypes, resource(VOLUME, "db-disk-2001")), []);
    const unnamed = resource(VOLUME, "db-disk-2001", { volumeType: undefined });
    assert.match((await violations(allowedVolumeTypes, unnamed))[0] ?? "", /names no volume type/);
    assert.deepEqual(
      await violations(allowedVolumeTypes, resource(VOLUME, "db-disk-2001", { volumeType: UNKNOWN })),
      [],
    );
  });
  it("refuses another type, by VM and volume", async () => {
    const [message] = await violations(allowedVolumeTypes, resource(VOLUME, "db-disk-2001"), { allow: ["ceph-*"] });
    assert.match(
      message ?? "",
      /^VM db: volume db-disk-2001 has the volume type ceph, which is not allowed \(allowed: ceph-\*\)/,
    );
    assert.equal(
      (await violations(allowedVolumeTypes, resource(VOLUME, "db-disk-2001"), { forbid: ["ceph"] })).length,
      1,
    );
  });
});

describe("policy largest-volume", () => {
  const volume = resource(VOLUME, "db-disk-2001", { size: 501 });

  it("has no limit unless it is configured", async () => {
    assert.deepEqual(await violations(largestVolume, volume), []);
    assert.deepEqual(await violations(largestVolume, volume, { maxGiB: 501 }), []);
  });
  it("refuses what is larger", async () => {
    const [message] = await violations(largestVolume, volume, { maxGiB: 500 });
    assert.match(message ?? "", /^VM db: volume db-disk-2001 has 501 GiB, at most 500 are allowed/);
  });
  it("knows the VM by the mark when the resource's name says nothing", async () => {
    const named = { ...volume, name: "something-else" };
    assert.match((await violations(largestVolume, named, { maxGiB: 1 }))[0] ?? "", /^VM db: /);
  });
});

describe("policy import-is-never-repeated", () => {
  const job = JSON.stringify({ version: 1, stack: "wavelift/wave1", vm: "db", cloud: "prod" });
  const command = (props: object) => resource(COMMAND, "db-import-2001", { stdin: job, ...props });
  const environment = { WAVELIFT_VOLUME_ID: UNKNOWN };
  const good = { create: "import", update: "sync", delete: "release", triggers: [UNKNOWN], environment };

  it("passes a stage as the components declare it, in preview and after", async () => {
    assert.deepEqual(await violations(importIsNeverRepeated, command(good)), []);
    assert.deepEqual(await violations(importIsNeverRepeated, command({ ...good, triggers: ["volume-1"] })), []);
    assert.deepEqual(await violations(importIsNeverRepeated, command({ create: "seal", update: "seal" })), []);
  });
  for (const [what, props, expected] of [
    ["an import without update", { ...good, update: undefined }, /^VM db: stage db-import-2001 has no `update`/],
    ["an import that updates by importing", { ...good, update: "import" }, /imports again at any edit/],
    ["an import without triggers", { ...good, triggers: [] }, /has no `triggers`/],
    [
      "another stage without update",
      { create: "seal", update: "" },
      /has no `update`: any edit would run `seal` again/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const found = await violations(importIsNeverRepeated, command(props));
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", expected);
    });
  }
  it("does not stop the wave for the import behind a volume that could not be made", async () => {
    // In the middle of an `up` the engine hands over what is not known as if it had not been given.
    assert.deepEqual(await violations(importIsNeverRepeated, command({ ...good, triggers: [], environment: {} })), []);
  });
  it("says nothing of commands that are no stages", async () => {
    assert.deepEqual(await violations(importIsNeverRepeated, resource(COMMAND, "note", { create: "echo hello" })), []);
  });
  it("has no exceptions", async () => {
    const found = await violations(importIsNeverRepeated, command({ ...good, update: undefined }), {
      exceptVms: ["*"],
    });
    assert.match(found[0] ?? "", /configuration of the policy import-is-never-repeated is wrong/);
  });
});

describe("policy naming", () => {
  it("by default refuses only names that a person cannot read", async () => {
    assert.deepEqual(await violations(naming, resource(SERVER, "web", { name: "Büro Server #1" })), []);
    assert.equal((await violations(naming, resource(SERVER, "web", { name: "web\u202e01" }))).length, 1);
  });
  it("holds each noun against its own pattern", async () => {
    const config = { server: "^srv-", volume: "^vol-", port: "^port-" };
    for (const [type, name, good] of [
      [SERVER, "web", "srv-1"],
      [VOLUME, "web-disk-2000", "vol-1"],
      [PORT, "web-nic-4000", "port-1"],
    ] as const) {
      assert.deepEqual(await violations(naming, resource(type, name, { name: good }), config), []);
      const found = await violations(naming, resource(type, name, { name: "other" }), config);
      assert.equal(found.length, 1);
      assert.match(found[0] ?? "", /^VM web: the name "other" of the .* does not match \^/);
    }
  });
  it("waits for a name that is not known yet", async () => {
    assert.deepEqual(
      await violations(naming, resource(SERVER, "web", { name: UNKNOWN, tags: UNKNOWN_LIST }), { server: "^x" }),
      [],
    );
  });
  it("tells a pattern that is no regular expression", async () => {
    assert.match(
      (await violations(naming, resource(SERVER, "web"), { server: "(" }))[0] ?? "",
      /server: not a regular expression/,
    );
  });
});

describe("policy nothing-made-anew", () => {
  const volume = (id: string | undefined) => resource(VOLUME, "db-disk-2001", id === undefined ? {} : { id });
  const port = (id: string) => resource(PORT, "db-nic-4000", { id });
  const used = createGate(clouds(["db"], {}, ["db-disk-2001", "db 00:50:56:00:00:01"]));

  it("refuses a run that would make a volume or port again while a server uses it", async () => {
    for (const one of [volume(UNKNOWN), volume(undefined), port(UNKNOWN)]) {
      const [message, ...more] = await stackViolations(nothingMadeAnew, [one], {}, used);
      assert.match(message ?? "", /^VM db: the (volume|port) db-.* is in use by its server.*another in its place/);
      assert.deepEqual(more, []);
    }
  });
  it("knows a port to which Neutron gave its MAC by its network", async () => {
    const given = createGate(clouds(["db"], {}, ["db net"]));
    const without = (id: string) => resource(PORT, "db-nic-4000", { id, macAddress: undefined });
    assert.equal((await stackViolations(nothingMadeAnew, [without(UNKNOWN)], {}, given)).length, 1);
    assert.deepEqual(await stackViolations(nothingMadeAnew, [without("port-1")], {}, given), []);
  });
  it("lets go what stays, and what is made for the first time or after a leftover", async () => {
    assert.deepEqual(await stackViolations(nothingMadeAnew, [volume("vol-1"), port("port-1")], {}, used), []);
    assert.deepEqual(await stackViolations(nothingMadeAnew, [volume(UNKNOWN), port(UNKNOWN)]), []);
  });
});
