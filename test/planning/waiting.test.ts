import assert from "node:assert/strict";
import fc from "fast-check";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { vmsWithServer, waitingVms } from "../../planning/waiting.ts";
import { estateVm, input, offer, stack } from "./fixtures.ts";

const [template] = planWave(input([estateVm("web01")])).file.vms;
assert.ok(template);
const base: PlannedVm = template;
const vm = (key: string, dependsOn: readonly string[] = [], more: Partial<PlannedVm> = {}): PlannedVm => ({
  ...base,
  key,
  dependsOn: [...dependsOn],
  ...more,
});
const none: ReadonlySet<string> = new Set();

describe("a server that depends on another VM", () => {
  it("waits while that one gets no server in this run", () => {
    for (const other of [[], [vm("db", [], { boot: false })], [vm("db", [], { phase: "precopy" })]])
      assert.deepEqual(waitingVms([vm("app", ["db"]), ...other], none), [{ key: "app", needs: ["db"] }]);
    assert.deepEqual(waitingVms([vm("app", ["db"]), vm("db")], none), []);
    assert.deepEqual(waitingVms([vm("app", ["db"]), vm("db", [], { phase: "accepted" })], none), []);
  });

  it("waits for one that waits itself", () => {
    const found = waitingVms([vm("web", ["app"]), vm("app", ["db"])], none);
    assert.deepEqual(found.map(({ key }) => key).sort(), ["app", "web"]);
  });

  it("is never taken away again, whatever becomes of the other", () => {
    const phases = fc.constantFrom<PlannedVm["phase"]>("precopy", "cutover", "accepted");
    const keys = ["a", "b", "c", "d"];
    const some = fc.subarray(keys);
    fc.assert(
      fc.property(fc.tuple(...keys.map(() => fc.tuple(some, phases, fc.boolean()))), some, (drawn, servers) => {
        const vms = drawn.map(([needs, phase, boot], index) => vm(keys[index] ?? "", needs, { phase, boot }));
        const waiting = waitingVms(vms, new Set(servers)).map(({ key }) => key);
        assert.ok(servers.every((key) => !waiting.includes(key)));
        for (const { key, dependsOn, phase, boot } of vms) {
          if (!boot || phase === "precopy" || waiting.includes(key) || servers.includes(key)) continue;
          const fits = (need: string) => vms.some((o) => o.key === need && o.boot && o.phase !== "precopy");
          assert.ok(
            dependsOn.every((need) => fits(need) && !waiting.includes(need)),
            `${key} would not wait`,
          );
        }
      }),
    );
  });

  it("has a server when one carries the mark, or a server uses a volume of it", () => {
    const mark = (key: string) => ({ stack, key, generation: 1 });
    const volume = { id: "v", name: "v", sizeGiB: 1, volumeType: "ceph" };
    const found = vmsWithServer(
      new Map([
        [
          "lab",
          offer({
            servers: [{ id: "s", name: "s", status: "ERROR", mark: mark("one") }],
            volumes: [
              { ...volume, status: "in-use", mark: mark("two-disk-2000") },
              { ...volume, status: "available", mark: mark("three-disk-2000") },
              { ...volume, status: "in-use", mark: { ...mark("four-disk-2000"), stack: "wavelift/other" } },
            ],
          }),
        ],
      ]),
      stack,
    );
    assert.deepEqual([...found].sort(), ["one", "two"]);
  });
});
