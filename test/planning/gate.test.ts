import assert from "node:assert/strict";
import fc from "fast-check";
import type { Concern, PlannedVm, WaveFile } from "../../inventory/schema/wave.ts";
import { gate } from "../../planning/gate.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { estateVm, input } from "./fixtures.ts";

const [template] = planWave(input([estateVm("web01")])).file.vms;
assert.ok(template);
const base: PlannedVm = template;

type State = Pick<PlannedVm, "key" | "phase" | "exclude">;

function fileOf(states: readonly State[]): WaveFile {
  return { version: 1, wave: "wave1", targets: {}, vms: states.map((state) => ({ ...base, ...state })) };
}

const concern = (vm: string | null, category: Concern["category"] = "Critical"): Concern => ({
  id: "x.y",
  category,
  label: "X",
  assessment: "x",
  vm,
});

const keys = ["a", "b", "c"];
const states = fc.tuple(
  ...keys.map((key) =>
    fc.record({
      key: fc.constant(key),
      phase: fc.constantFrom<PlannedVm["phase"][]>("absent", "precopy", "cutover", "accepted"),
      exclude: fc.boolean(),
    }),
  ),
);
const concerns = fc.array(
  fc
    .tuple(
      fc.constantFrom(...keys, "not-in-file", null),
      fc.constantFrom<Concern["category"][]>("Critical", "Warning", "Information"),
    )
    .map(([vm, category]) => concern(vm, category)),
);
const begunSet = fc.subarray(keys).map((list) => new Set(list));

describe("the gate", () => {
  it("stops a VM that has not begun, and only warns for one that has", () => {
    const file = fileOf([{ key: "a", phase: "cutover", exclude: false }]);
    assert.equal(gate([concern("a")], file, new Set()).stopped.length, 1);
    const begun = gate([concern("a")], file, new Set(["a"]));
    assert.deepEqual([begun.stopped.length, begun.warnings.length], [0, 1]);
  });

  it("stops for a VM that could not be planned", () => {
    assert.equal(gate([concern("new")], fileOf([]), new Set()).stopped.length, 1);
  });

  it("stops for the whole wave until every VM that goes has begun", () => {
    const file = fileOf([
      { key: "a", phase: "cutover", exclude: false },
      { key: "b", phase: "cutover", exclude: false },
      { key: "c", phase: "cutover", exclude: true },
    ]);
    assert.equal(gate([concern(null)], file, new Set(["a"])).stopped.length, 1);
    assert.equal(gate([concern(null)], file, new Set(["a", "b"])).stopped.length, 0);
    assert.equal(gate([concern(null)], fileOf([]), new Set()).stopped.length, 1);
  });

  it("stops when the file at hand drops a VM that has begun, though no concern tells of it", () => {
    const { stopped } = gate([], fileOf([]), new Set(["db"]));
    assert.deepEqual(
      stopped.map(({ id, vm }) => [id, vm]),
      [["vm.dropped", "db"]],
    );
    assert.equal(gate(stopped, fileOf([]), new Set(["db"])).stopped.length, 1);
    const absent = fileOf([{ key: "db", phase: "absent", exclude: false }]);
    assert.deepEqual(gate([], absent, new Set(["db"])).stopped, []);
  });

  it("stops nothing of VMs that are absent, accepted, excluded or have begun, whatever is found", () => {
    fc.assert(
      fc.property(states, concerns, begunSet, (vms, found, begun) => {
        const file = fileOf(vms);
        for (const { vm: key } of gate(found, file, begun).stopped) {
          if (key === null) continue;
          const vm = vms.find((one) => one.key === key);
          if (vm === undefined) continue;
          assert.ok(!begun.has(key) && !vm.exclude && (vm.phase === "precopy" || vm.phase === "cutover"));
        }
      }),
    );
  });

  it("lets every Critical concern on a VM that goes and has not begun stop, and loses no concern of it", () => {
    fc.assert(
      fc.property(states, concerns, begunSet, (vms, found, begun) => {
        const { stopped, warnings, notes } = gate(found, fileOf(vms), begun);
        for (const { key, phase, exclude } of vms) {
          if (phase === "absent" || phase === "accepted") continue;
          const about = found.filter(({ vm }) => vm === key);
          for (const one of about) assert.ok([...stopped, ...warnings, ...notes].includes(one));
          if (exclude || begun.has(key)) continue;
          for (const one of about.filter(({ category }) => category === "Critical")) assert.ok(stopped.includes(one));
        }
      }),
    );
  });

  it("never stops more when more VMs have begun", () => {
    fc.assert(
      fc.property(states, concerns, begunSet, begunSet, (vms, found, some, others) => {
        const file = fileOf(vms);
        const before = gate(found, file, some).stopped;
        const after = gate(found, file, new Set([...some, ...others])).stopped;
        assert.ok(after.every((one) => before.includes(one)));
      }),
    );
  });
});
