import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import type { CloudClient } from "../../cloud/client.ts";
import { markMetadata } from "../../planning/mark.ts";
import { allowedFlavors } from "../../policy/allowed-flavors.ts";
import { alreadyBegun } from "../../policy/already-begun.ts";
import { askClouds } from "../../policy/cloud-facts.ts";
import { createGate } from "../../policy/gate.ts";
import { deleteOnTerminationOff } from "../../policy/delete-on-termination-off.ts";
import { importIsNeverRepeated } from "../../policy/import-is-never-repeated.ts";
import { noWideOpenAdminPorts } from "../../policy/no-wide-open-admin-ports.ts";
import { policies } from "../../policy/policies.ts";
import { waveSize } from "../../policy/wave-size.ts";
import { clouds, COMMAND, PORT, resource, RULE, SERVER, stackViolations, violations, VOLUME } from "./run-policy.ts";

const strict = { allow: ["none"] };

describe("gate of the policies", () => {
  it("stops a VM that has not begun, and only warns of one that has", async () => {
    const gate = createGate(clouds(["db"]));
    const [web, db] = [resource(SERVER, "web"), resource(SERVER, "db")];
    assert.equal((await violations(allowedFlavors, web, strict, gate)).length, 1);
    assert.deepEqual(await violations(alreadyBegun, web, {}, gate), []);
    assert.deepEqual(await violations(allowedFlavors, db, strict, gate), []);
    const warned = await violations(alreadyBegun, db, {}, gate);
    assert.equal(warned.length, 1);
    assert.match(warned[0] ?? "", /^VM db: flavor m1\.small is not allowed.* \[allowed-flavors\]$/);
    assert.deepEqual(await violations(alreadyBegun, db, {}, gate), [], "a warning is shown once");
  });

  it("stops a VM that has begun all the same where its data would be lost", async () => {
    const gate = createGate(clouds(["db"]));
    const stdin = JSON.stringify({ version: 1, stack: "wavelift/wave1", vm: "db", cloud: "prod" });
    const again = resource(COMMAND, "db-import-2000", { create: "import", triggers: ["v"], stdin });
    assert.equal((await violations(importIsNeverRepeated, again, {}, gate)).length, 1);
    const server = resource(SERVER, "db", { blockDevices: [{ deleteOnTermination: true }] });
    assert.equal((await violations(deleteOnTerminationOff, server, {}, gate)).length, 1);
  });

  it("has the warnings as its last policy, which stops nothing", () => {
    const last = policies(createGate(clouds())).at(-1);
    assert.deepEqual([last?.name, last?.enforcementLevel], ["already-begun", "advisory"]);
  });

  it("stops by every other policy, each with a sentence and described settings", () => {
    const all = policies(createGate(clouds())).slice(0, -1);
    assert.equal(new Set(all.map(({ name }) => name)).size, 13);
    for (const { name, description, enforcementLevel, configSchema } of all) {
      assert.equal(enforcementLevel, "mandatory", name);
      assert.match(description, /^[A-Z].*\.$/);
      for (const [key, schema] of Object.entries(configSchema?.properties ?? {})) {
        assert.ok(schema.description !== undefined && schema.description.length > 20, `${name}.${key}`);
      }
    }
  });

  it("tells a misspelled setting once, and does not take it for the default", async () => {
    const gate = createGate(clouds());
    const found = await violations(allowedFlavors, resource(SERVER, "web"), { alow: ["m1.*"] }, gate);
    assert.match(found[0] ?? "", /configuration of the policy allowed-flavors is wrong: .*alow/);
    assert.deepEqual(await violations(allowedFlavors, resource(SERVER, "db"), { alow: ["m1.*"] }, gate), []);
  });

  it("stops what VMs share whatever has begun", async () => {
    const gate = createGate(clouds(["web", "db"]));
    assert.equal((await violations(noWideOpenAdminPorts, resource(RULE, "prod-any"), {}, gate)).length, 1);
  });
});

describe("policy wave-size", () => {
  const wave = (count: number) =>
    Array.from({ length: count }, (_, index) => [
      { type: "wavelift:index:MigratedServer", name: `vm${index}`, props: {} },
      resource(VOLUME, `vm${index}-disk-2000`),
    ]).flat();

  it("counts VMs, at most 50 unless it is configured", async () => {
    assert.deepEqual(await stackViolations(waveSize, wave(50)), []);
    assert.match(
      (await stackViolations(waveSize, wave(51)))[0] ?? "",
      /has 51 VMs, at most 50 are allowed\. Move 1 of them/,
    );
    assert.equal((await stackViolations(waveSize, wave(3), { maxVms: 2 })).length, 1);
  });
  it("lets a wave go on of which every VM has begun, and no other", async () => {
    const config = { maxVms: 2 };
    assert.deepEqual(await stackViolations(waveSize, wave(3), config, createGate(clouds(["vm0", "vm1", "vm2"]))), []);
    assert.equal((await stackViolations(waveSize, wave(3), config, createGate(clouds(["vm0", "vm1"])))).length, 1);
  });
});

describe("what policies ask a cloud", () => {
  const volume = { id: "1", name: "", status: "available", size: 1, volume_type: "ceph" };
  const client = (asked: string[]): CloudClient => ({
    cloud: "prod",
    projectId: "p",
    roles: [],
    region: null,
    services: [],
    request: () => Promise.reject(new Error("not asked")),
    list: (_service, path) => {
      asked.push(path);
      const metadata = markMetadata({ stack: "wavelift/wave1", key: "db-disk-2000", generation: 1 });
      return Promise.resolve(path.startsWith("/volumes") ? [{ ...volume, metadata }, volume] : []);
    },
    close: () => Promise.resolve(),
  });

  it("a VM has begun when it owns a volume of its own stack; each cloud is asked once", async () => {
    const asked: string[] = [];
    const facts = askClouds(() => Promise.resolve(client(asked)));
    assert.equal(await facts.begun("prod", "wavelift/wave1", "db"), true);
    assert.equal(await facts.begun("prod", "wavelift/wave1", "web"), false);
    assert.equal(await facts.begun("prod", "wavelift/wave2", "db"), false);
    assert.deepEqual(asked, ["/volumes/detail"]);
  });

  it("a volume is used when a server has it attached: one that a killed run left behind is not", async () => {
    const metadata = markMetadata({ stack: "wavelift/wave1", key: "db-disk-2000", generation: 1 });
    const facts = (status: string) =>
      askClouds(() =>
        Promise.resolve({ ...client([]), list: () => Promise.resolve([{ ...volume, status, metadata }]) }),
      ).usedVolume("prod", "wavelift/wave1", "db-disk-2000");
    assert.equal(await facts("in-use"), volume.id);
    assert.equal(await facts("available"), null);
  });

  it("a cloud that does not answer knows nothing: violations then stop", async () => {
    const told: unknown[] = [];
    const error = console.error;
    console.error = (...values: unknown[]) => told.push(...values);
    try {
      const facts = askClouds(() => Promise.reject(new Error("no answer")));
      assert.equal(await facts.begun("prod", "wavelift/wave1", "db"), false);
      assert.equal(await facts.flavor("prod", "m1.small"), null);
    } finally {
      console.error = error;
    }
    assert.deepEqual(told, ["policies: no answer", "policies: no answer"]);
  });
});

describe("policy/config.example.json", () => {
  const example = z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .parse(JSON.parse(readFileSync("policy/config.example.json", "utf8")));

  it("names every policy with every setting, and is accepted", async () => {
    const all = policies(createGate(clouds())).filter(({ name }) => name !== "already-begun");
    assert.deepEqual(Object.keys(example).sort(), all.map(({ name }) => name).sort());
    for (const policy of all) {
      const { enforcementLevel, ...config } = example[policy.name] ?? {};
      assert.equal(enforcementLevel, "mandatory");
      assert.deepEqual(Object.keys(config).sort(), Object.keys(policy.configSchema?.properties ?? {}).sort());
      const types = [SERVER, VOLUME, PORT, RULE, COMMAND];
      const found =
        "validateStack" in policy
          ? await stackViolations(() => policy, [], config)
          : (await Promise.all(types.map((type) => violations(() => policy, resource(type, "web"), config)))).flat();
      assert.ok(!found.some((message) => message.includes("configuration")), found.join());
    }
  });

  it("stands beside one policy a file", () => {
    for (const name of Object.keys(example)) assert.ok(existsSync(`policy/${name}.ts`), name);
    assert.ok(readdirSync("policy").includes("PulumiPolicy.yaml"));
  });
});
