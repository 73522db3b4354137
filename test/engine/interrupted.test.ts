import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { clearInterrupted, expectUnlocked } from "../../cli/interrupted.ts";
import { stateOf } from "../../cli/leftovers.ts";
import { stackFile } from "../../cli/stack-config.ts";
import { withEnvironment } from "../cloud/fake-cloud.ts";

const STACK = "test-interrupted";
const VERSION = "v3.250.0";
const urn = (type: string, name: string): string => `urn:pulumi:${STACK}::wavelift::${type}::${name}`;
const provider = urn("pulumi:providers:openstack", "target-lab");

/** With the real pulumi on a file backend; the cloud is asked nothing: there is none. */
describe("creations that were interrupted, in pulumi's state", function () {
  this.timeout(120_000);
  const backend = mkdtempSync(path.join(tmpdir(), "wavelift-backend-"));
  const locks = path.join(backend, ".pulumi/locks/organization/wavelift", STACK);
  const environment = { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "test" };
  before(() => {
    const volume = "openstack:blockstorage/volume:Volume";
    const resources = [
      { urn: urn("pulumi:pulumi:Stack", `wavelift-${STACK}`), custom: false, type: "pulumi:pulumi:Stack" },
      {
        ...{ urn: provider, custom: true, id: "abc", type: "pulumi:providers:openstack" },
        ...{ inputs: { cloud: "nowhere" }, outputs: { cloud: "nowhere" } },
      },
      {
        ...{ urn: urn(volume, "web-disk-1"), custom: true, id: "11111111-1111-4111-8111-111111111111", type: volume },
        ...{ inputs: { size: 1 }, outputs: { size: 1 }, provider: `${provider}::abc` },
      },
    ];
    const server = "openstack:compute/instance:Instance";
    const operation = { resource: { urn: urn(server, "web"), custom: true, type: server }, type: "creating" };
    const magic = createHash("sha256").update(VERSION).digest("hex");
    const manifest = { time: "2026-11-21T10:00:00Z", magic, version: VERSION };
    const latest = { manifest, resources, pending_operations: [operation] };
    const checkpoint = { stack: `organization/wavelift/${STACK}`, latest };
    mkdirSync(path.join(backend, ".pulumi/stacks/wavelift"), { recursive: true });
    writeFileSync(path.join(backend, ".pulumi/meta.yaml"), "version: 1\n");
    writeFileSync(
      path.join(backend, ".pulumi/stacks/wavelift", `${STACK}.json`),
      JSON.stringify({ version: 3, checkpoint }),
    );
  });
  after(() => {
    rmSync(backend, { recursive: true });
    rmSync(stackFile(STACK), { force: true });
  });

  it("stay while another run holds the lock: what it is just making is no leftover", () =>
    withEnvironment(environment, async () => {
      const state = await stateOf(STACK);
      assert.deepEqual([...state.interruptedServers], ["web"]);
      await expectUnlocked(STACK, state);
      mkdirSync(locks, { recursive: true });
      const lock = { pid: 1, username: "somebody", hostname: "elsewhere", timestamp: "2026-11-21T03:00:00Z" };
      writeFileSync(path.join(locks, "lock.json"), JSON.stringify(lock));
      await assert.rejects(expectUnlocked(STACK, state), /not removed: the stack is locked/);
      await clearInterrupted(STACK, state);
      assert.deepEqual([...(await stateOf(STACK)).interruptedServers], ["web"]);
      rmSync(locks, { recursive: true });
    }));

  it("are cleared without asking a cloud or touching what is there", () =>
    withEnvironment(environment, async () => {
      const before = await stateOf(STACK);
      await clearInterrupted(STACK, before);
      const after = await stateOf(STACK);
      assert.deepEqual(after.interrupted, []);
      assert.deepEqual([...after.ids].sort(), [...before.ids].sort());
    }));
});
