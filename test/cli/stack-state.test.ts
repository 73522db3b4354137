import assert from "node:assert/strict";
import { parseStackState } from "../../cli/stack-state.ts";

const urn = (type: string, name: string): string => `urn:pulumi:w1::wavelift::wavelift:index:X$${type}::${name}`;
const SERVER = "openstack:compute/instance:Instance";
const VOLUME = "openstack:blockstorage/volume:Volume";
const resource = (type: string, name: string, id?: string, more: object = {}) => ({
  ...{ urn: urn(type, name), type, ...(id === undefined ? {} : { id }) },
  ...more,
});

describe("what the stack's state knows", () => {
  it("is every id in it, also of what waits to be deleted and of operations under way", () => {
    const state = parseStackState(
      JSON.stringify({
        version: 3,
        deployment: {
          resources: [
            resource("pulumi:pulumi:Stack", "wavelift-w1"),
            resource("pulumi:providers:openstack", "target-lab", "prov", { inputs: { cloud: "lab-tenant" } }),
            resource("wavelift:index:MigratedServer", "a"),
            resource(VOLUME, "a-disk-1", "v1"),
            resource(VOLUME, "a-disk-1", "v0", { delete: true }),
          ],
          pending_operations: [
            { resource: resource(SERVER, "a"), type: "creating" },
            { resource: resource(SERVER, "b", "s2"), type: "deleting" },
            { resource: resource("command:local:Command", "a-import-1"), type: "creating" },
          ],
        },
      }),
    );
    assert.deepEqual([...state.ids].sort(), ["prov", "s2", "v0", "v1"]);
    assert.deepEqual([...state.vms], ["a"]);
    assert.deepEqual([...state.names], ["a-disk-1"]);
    assert.deepEqual([...state.interruptedServers], ["a"], "a deletion under way is no interrupted creation");
    assert.deepEqual(
      state.interrupted.map(({ kind }) => kind),
      ["server", null],
    );
    assert.deepEqual([...state.targets], [["lab", "lab-tenant"]]);
    assert.equal(state.root, urn("pulumi:pulumi:Stack", "wavelift-w1"));
  });

  it("is nothing for a stack that was never brought up", () => {
    for (const text of ['{"version":3,"deployment":{"manifest":{}}}', '{"version":3}']) {
      const state = parseStackState(text);
      assert.equal(state.ids.size, 0);
      assert.equal(state.root, null);
    }
  });

  it("is never guessed: what cannot be read is a fault, not an empty state", () => {
    assert.throws(() => parseStackState("error: no such stack"), /no state of a stack/);
    assert.throws(() => parseStackState('{"deployment":{"resources":[{"id":"x"}]}}'), /no state of a stack/);
  });
});
