import assert from "node:assert/strict";
import fc from "fast-check";
import type { EstateVm } from "../../../inventory/schema/estate.ts";
import type { Wave } from "../../../inventory/schema/plan.ts";
import { WaveName } from "../../../inventory/schema/names.ts";
import { ThroughputModel } from "../../../inventory/schema/throughput.ts";
import { estimate } from "../../../planning/estimate.ts";
import { checkWaves } from "../../../planning/waves/check.ts";
import { allLinks, propose, type Proposal, type ProposeInput } from "../../../planning/waves/propose.ts";
import { hostileText } from "../arbitraries.ts";
import { disk, estateVm } from "../fixtures.ts";

/** Up to 30 VMs on few hosts, with disks and rules that overlap in every way. */
const vms = fc
  .uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 30 })
  .chain((numbers) => fc.tuple(...numbers.map((number) => vm(`vm${number}`))));

const short = hostileText.map((text) => text.slice(0, 100));

function vm(key: string) {
  return fc
    .record({
      gib: fc.integer({ min: 1, max: 3000 }),
      esxiHost: fc.constantFrom("esx1", "esx2", null),
      datastore: fc.constantFrom("ds1", "ds2"),
      sharedFile: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 3 }),
      rule: fc.option(fc.constantFrom("r1", "r2"), { freq: 3 }),
      tags: fc.array(fc.oneof(fc.constantFrom("app:a", "app:b", "app:c"), short), { maxLength: 2 }),
      folder: fc.option(fc.oneof(fc.constantFrom("/a", "/b"), short)),
      template: fc.boolean().map((yes) => yes && key.endsWith("7")),
    })
    .map(({ gib, datastore, sharedFile, rule, ...facts }) =>
      estateVm(key, {
        ...facts,
        disks: [
          disk(2000, { file: `${key}.vmdk`, datastore, capacityBytes: gib * 2 ** 30 }),
          ...(sharedFile === null ? [] : [disk(2001, { file: `shared${sharedFile}.vmdk` })]),
        ],
        placementRules: rule === null ? [] : [{ name: rule, kind: "antiAffinity", enabled: true, others: [] }],
      }),
    );
}

const options = fc.record({
  limits: fc.record({ maxVms: fc.integer({ min: 1, max: 8 }), maxBytes: fc.constantFrom(Infinity, 4 * 2 ** 40) }),
  by: fc.constantFrom<ProposeInput["by"]>(
    [],
    [{ kind: "tag", category: "app" }, { kind: "folder" }],
    [{ kind: "folder" }],
  ),
  held: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
  heldVms: fc.constantFrom("last" as const, "out" as const),
});

const throughput = ThroughputModel.parse({});
const wave = (keys: readonly string[]): Wave => ({
  target: "t",
  exclude: [],
  vms: Object.fromEntries(keys.map((key) => [key, {}])),
});

/** The plan's waves after the proposal was written. */
function written(before: Record<string, Wave>, { waves, joins }: Proposal): Record<string, Wave> {
  const after = { ...before, ...Object.fromEntries(waves.map(({ name, part }) => [name, wave(part.vms)])) };
  for (const { wave: name, vms: keys } of joins) after[name] = wave([...Object.keys(after[name]?.vms ?? {}), ...keys]);
  return after;
}

describe("any proposal", () => {
  const inputs = fc.tuple(vms, options).map(([all, { held, ...rest }]): ProposeInput => ({
    ...rest,
    vms: all,
    held: new Map(held.map((number) => [`vm${number}`, ["x"]])),
    plan: { waves: {}, throughput },
    archived: new Map(),
    settled: new Set(),
    prefix: "w",
  }));
  const runs = { numRuns: 400 };

  it("places each VM once or says why not, keeps to the limits or says so, and never splits a hard group", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const result = propose(input);
        const placed = result.waves.flatMap(({ part }) => part.vms);
        const all = [...placed, ...result.leftOut.map(({ vm }) => vm)];
        assert.deepEqual([...all].sort(), input.vms.map(({ key }) => key).sort());
        const movable = input.vms.filter(({ key }) => placed.includes(key));
        const hard = allLinks(movable, input.plan, []).filter(({ tier }) => tier === 0);
        for (const { name, part, overLimits, estimate: told } of result.waves) {
          assert.ok(WaveName.safeParse(name).success, name);
          const own = movable.filter(({ key }) => part.vms.includes(key));
          const fits = part.vms.length <= input.limits.maxVms && part.capacityBytes <= input.limits.maxBytes;
          assert.equal(overLimits, !fits);
          assert.deepEqual(told, estimate(own, throughput));
          // What is over the limits holds together by hard links alone.
          if (overLimits)
            assert.equal(
              pieces(
                part.vms,
                hard.map(({ vms }) => vms),
              ),
              1,
            );
          for (const { vms: keys } of hard)
            assert.ok([0, keys.length].includes(keys.filter((key) => part.vms.includes(key)).length));
        }
      }),
      runs,
    );
  });

  it("is the same for any order of the estate, and proposing again on it changes nothing", () => {
    fc.assert(
      fc.property(inputs, fc.integer(), (input, seed) => {
        const result = propose(input);
        assert.deepEqual(propose({ ...input, vms: shuffled(input.vms, seed) }), result);
        const again = propose({ ...input, plan: { waves: written({}, result), throughput } });
        assert.deepEqual([again.waves, again.joins], [[], []]);
        assert.deepEqual(again.leftOut.length, result.leftOut.length);
      }),
      runs,
    );
  });

  it("that a new VM is added to moves no other", () => {
    fc.assert(
      fc.property(inputs, vm("zz"), (input, added) => {
        const waves = written({}, propose(input));
        const after = written(waves, propose({ ...input, vms: [...input.vms, added], plan: { waves, throughput } }));
        for (const [name, { vms: keys }] of Object.entries(waves))
          assert.deepEqual(
            Object.keys(after[name]?.vms ?? {}).filter((key) => key !== "zz"),
            Object.keys(keys),
          );
      }),
      runs,
    );
  });

  it("has nothing Critical when it is checked", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const free = { ...input, held: new Map(), vms: input.vms.filter(({ template }) => !template) };
        const result = propose(free);
        const { by, limits } = input;
        const estate = new Map(free.vms.map((one) => [one.key, one]));
        const plan = { waves: written({}, result), throughput };
        const findings = checkWaves({ plan, estate, archived: new Set(), by, limits });
        assert.deepEqual(
          findings.filter(({ category }) => category === "Critical"),
          [],
        );
        assert.equal(
          findings.filter(({ id }) => id === "wave.too-large").length,
          result.waves.filter(({ overLimits }) => overLimits).length,
        );
      }),
      runs,
    );
  });
});

/** Into how many pieces the VMs fall that these groups bind. */
function pieces(vms: readonly string[], groups: readonly (readonly string[])[]): number {
  const left = new Set(vms);
  let count = 0;
  for (const first of left) {
    count += 1;
    const queue = [first];
    for (const key of queue) {
      left.delete(key);
      for (const group of groups) if (group.includes(key)) queue.push(...group.filter((one) => left.delete(one)));
    }
  }
  return count;
}

function shuffled(all: readonly EstateVm[], seed: number): EstateVm[] {
  return all
    .map((one, at) => ({ one, rank: Math.imul(at + 1, seed | 1) }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ one }) => one);
}
