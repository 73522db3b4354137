import assert from "node:assert/strict";
import type { z } from "zod";
import type { EstateVm } from "../../../inventory/schema/estate.ts";
import type { Wave } from "../../../inventory/schema/plan.ts";
import { ThroughputModel } from "../../../inventory/schema/throughput.ts";
import { propose, type ProposeInput } from "../../../planning/waves/propose.ts";
import { disk, estateVm } from "../fixtures.ts";
import { waveOf } from "./fixtures.ts";

const TIB = 2 ** 40;

describe("proposing waves", () => {
  const vm = (key: string, changes: { readonly [Field in keyof z.input<typeof EstateVm>]?: unknown } = {}) =>
    estateVm(key, { disks: [disk(2000, { file: `${key}.vmdk` })], ...changes });
  const shared = (key: string, file: string, changes: object = {}) =>
    vm(key, { disks: [disk(2000, { file: `${key}.vmdk` }), disk(2001, { file, ...changes })] });
  const input = (vms: readonly EstateVm[], changes: Partial<ProposeInput> = {}): ProposeInput => ({
    vms,
    plan: { waves: {}, throughput: ThroughputModel.parse({ disksAtOnce: 100, esxiHostMiBPerSecond: 100 }) },
    archived: new Map(),
    settled: new Set(),
    held: new Map(),
    heldVms: "last",
    by: [],
    limits: { maxVms: 4, maxBytes: Infinity },
    prefix: "w",
    ...changes,
  });
  const contents = (result: ReturnType<typeof propose>) => result.waves.map(({ part }) => part.vms);
  const withWaves = (waves: Record<string, Wave>, vms: readonly EstateVm[], changes: Partial<ProposeInput> = {}) => {
    const made = input(vms, changes);
    return { ...made, plan: { ...made.plan, waves } };
  };

  it("fills as few waves as the limits need, evenly", () => {
    const result = propose(input(["a", "b", "c", "d", "e", "f"].map((key) => vm(key))));
    assert.deepEqual(
      result.waves.map(({ part }) => part.vms.length),
      [3, 3],
    );
    assert.deepEqual(
      result.waves.map(({ name }) => name),
      ["w-01", "w-02"],
    );
  });

  it("keeps to the capacity, a shared disk counted once", () => {
    const big = (key: string, file = `${key}.vmdk`) =>
      vm(key, {
        disks: [
          disk(2000, {
            file,
            capacityBytes: TIB,
            sharedWith: file === "s" ? ["a", "b"].filter((other) => other !== key) : [],
          }),
        ],
      });
    const limits = { maxVms: 50, maxBytes: 2 * TIB };
    const result = propose(input([big("a", "s"), big("b", "s"), big("c"), big("d")], { limits }));
    assert.equal(result.waves.length, 2);
    for (const { part } of result.waves) assert.ok(part.capacityBytes <= 2 * TIB);
  });

  it("spreads the VMs of an ESXi host and of a datastore over the waves", () => {
    const ways = [
      (at: number) => ({ esxiHost: at < 4 ? "esx1" : "esx2" }),
      (at: number) => ({ disks: [disk(2000, { file: `f${at}`, datastore: at < 4 ? "ds1" : "ds2" })] }),
    ];
    for (const way of ways) {
      const waves = contents(propose(input(Array.from({ length: 8 }, (_, at) => vm(`vm${at}`, way(at))))));
      assert.deepEqual(
        waves.map((keys) => keys.filter((key) => key < "vm4").length),
        [2, 2],
      );
    }
  });

  it("never splits VMs with one disk, however large the group is, and says so", () => {
    const file = (key: string) => shared(key, "shared.vmdk");
    const result = propose(input([...["a", "b", "c", "d", "e"].map(file), vm("x"), vm("y")]));
    const whole = waveOf(result, "a");
    assert.deepEqual(whole?.part.vms, ["a", "b", "c", "d", "e"]);
    assert.equal(whole.overLimits, true);
    assert.deepEqual(waveOf(result, "x")?.part.vms, ["x", "y"]);
    assert.equal(waveOf(result, "x")?.overLimits, false);
  });

  it("knows a shared disk by what the estate says, by the file, and by the UUID of a raw device or shared bus", () => {
    const uuid = "6000C29f-1";
    const controller = { key: 1001, bus: "scsi", busNumber: 1, model: "pvscsi", sharedBus: "physical" };
    const vms = [
      shared("said1", "a1", { sharedWith: ["said2"] }),
      shared("said2", "a2"),
      shared("raw1", "b1", { rdm: "physical", uuid }),
      shared("raw2", "b2", { rdm: "physical", uuid }),
      shared("bus1", "c1", { controller, uuid: "u" }),
      shared("bus2", "c2", { controller, uuid: "u" }),
      shared("copied1", "d1", { uuid: "copied" }),
      shared("copied2", "d2", { uuid: "copied" }),
    ];
    const { waves } = propose(input(vms, { limits: { maxVms: 1, maxBytes: Infinity } }));
    assert.deepEqual(waves.map(({ part }) => part.vms.join()).sort(), [
      "bus1,bus2",
      "copied1",
      "copied2",
      "raw1,raw2",
      "said1,said2",
    ]);
  });

  it("keeps a cluster together: its rule, its address", () => {
    const rule = (kind: string, enabled = true) => ({ placementRules: [{ name: "r", kind, enabled, others: [] }] });
    const apart = [vm("a", rule("affinity", false)), vm("b", rule("affinity", false)), vm("c"), vm("d")];
    const one = { limits: { maxVms: 2, maxBytes: Infinity } };
    for (const changes of [rule("affinity"), rule("antiAffinity"), { vips: ["10.0.0.9"] }]) {
      const result = propose(
        input(
          [
            vm("a", { ...changes, esxiHost: "e1" }),
            vm("z", { ...changes, esxiHost: "e1" }),
            vm("c", { esxiHost: "e2" }),
            vm("d", { esxiHost: "e2" }),
          ],
          one,
        ),
      );
      assert.deepEqual(waveOf(result, "a")?.part.vms, ["a", "z"], JSON.stringify(changes));
    }
    assert.deepEqual(
      propose(input(apart, one)).waves.flatMap(({ links }) => links),
      [],
    );
  });

  it("keeps applications together by tag, attribute or folder; one that is too large comes in few full waves, with the reason", () => {
    const app = (name: string, count: number) =>
      Array.from({ length: count }, (_, at) =>
        vm(`${name}${at}`, { tags: [`App:${name}`], folder: `/f/${name}`, customAttributes: { app: name } }),
      );
    const vms = [...app("big", 7), ...app("sap", 3), ...app("web", 2)];
    for (const by of [
      { kind: "tag", category: "app" },
      { kind: "folder" },
      { kind: "attribute", name: "app" },
    ] as const) {
      const result = propose(input(vms, { by: [by] }));
      assert.equal(new Set(["sap0", "sap1", "sap2"].map((key) => waveOf(result, key)?.name)).size, 1);
      assert.equal(new Set(["web0", "web1"].map((key) => waveOf(result, key)?.name)).size, 1);
      assert.equal(result.torn.length, 1);
      assert.equal(result.torn[0]?.waves.length, 2);
      assert.match(result.torn[0].reason, /^larger than a wave: 7 VMs/);
    }
  });

  it("names a wave of one application after it, in harmless letters only", () => {
    const tags = ["App:../../Büro\n$(reboot) \u202e SAP ".padEnd(4000, "x")];
    const result = propose(input([vm("a", { tags }), vm("b", { tags })], { by: [{ kind: "tag", category: "App" }] }));
    assert.equal(result.waves[0]?.name, "w-01-app-buro-reboot-sap-xxxxx");
  });

  it("leaves templates out, and puts Critical VMs with their application last or out", () => {
    const tags = ["app:x"];
    const vms = [vm("a"), vm("b", { tags }), vm("c", { tags }), vm("t", { template: true })];
    const changes = { held: new Map([["c", ["Disk is encrypted"]]]), by: [{ kind: "tag", category: "app" } as const] };
    const last = propose(input(vms, changes));
    assert.deepEqual(contents(last), [["a"], ["b", "c"]]);
    assert.deepEqual(
      last.waves.map(({ held }) => held),
      [false, true],
    );
    assert.deepEqual(last.leftOut, [{ vm: "t", reason: "a template" }]);
    const out = propose(input(vms, { ...changes, heldVms: "out" }));
    assert.deepEqual(out.leftOut, [
      { vm: "b", reason: "belongs to c, with Critical concerns" },
      { vm: "c", reason: "Critical: Disk is encrypted" },
      { vm: "t", reason: "a template" },
    ]);
  });

  describe("beside waves that are there", () => {
    const wave = (keys: readonly string[], changes: Partial<Wave> = {}): Wave => ({
      target: "t",
      exclude: [],
      vms: Object.fromEntries(keys.map((key) => [key, {}])),
      ...changes,
    });

    it("adds a VM to the wave of those that it shares a disk with or that wait for it, over the limits and planned, too", () => {
      const waves = { w1: wave(["a", "b", "c", "d"]) };
      const vms = [shared("a", "s"), vm("b"), vm("c"), vm("d"), shared("new", "s"), vm("need"), vm("other")];
      waves.w1.vms["b"] = { dependsOn: ["need"] };
      const result = propose(withWaves(waves, vms, { settled: new Set(["w1"]) }));
      assert.deepEqual(
        result.joins.map(({ wave, vms }) => [wave, ...vms]),
        [
          ["w1", "need"],
          ["w1", "new"],
        ],
      );
      assert.deepEqual(contents(result), [["other"]]);
    });

    it("adds a VM to the wave of its application while that has room and is not planned yet", () => {
      const tags = ["app:x"];
      const by = [{ kind: "tag", category: "app" } as const];
      const vms = [vm("a", { tags }), vm("b"), vm("new", { tags })];
      const joins = (changes: Partial<ProposeInput>) =>
        propose(withWaves({ w1: wave(["a", "b"]) }, vms, { by, ...changes })).joins;
      assert.deepEqual(joins({})[0], { wave: "w1", vms: ["new"], reason: "tag app:x" });
      assert.deepEqual(joins({ settled: new Set(["w1"]) }), []);
      assert.deepEqual(joins({ limits: { maxVms: 2, maxBytes: Infinity } }), []);
      assert.deepEqual(joins({ held: new Map([["new", ["x"]]]) }), []);
    });

    it("places no VM whose partner is migrated already, or whose partners are in two waves", () => {
      const vms = [shared("a", "s"), shared("b", "s"), shared("c", "u"), shared("d", "u"), vm("e")];
      const both = [
        vm("x", { disks: [disk(2000, { file: "s1" })] }),
        vm("y", { disks: [disk(2000, { file: "s2" })] }),
        vm("z", { disks: [disk(2000, { file: "s1" }), disk(2001, { file: "s2" })] }),
      ];
      const waves = { done: wave(["a"], { defaults: { phase: "accepted" } }), w1: wave(["x"]), w2: wave(["y"]) };
      const result = propose(withWaves(waves, [...vms, ...both], { archived: new Map([["old", ["c", "e"]]]) }));
      assert.deepEqual(result.waves, []);
      assert.deepEqual(
        result.leftOut.map(({ vm }) => vm),
        ["b", "d", "z"],
      );
      assert.match(result.leftOut[0]?.reason ?? "", /with a, which wave done has migrated already/);
      assert.match(result.leftOut[1]?.reason ?? "", /with c, which wave old has migrated already/);
      assert.match(result.leftOut[2]?.reason ?? "", /waves w1 and w2: put these into one wave first/);
    });

    it("numbers go on after those that are taken, also in the archive", () => {
      const result = propose(withWaves({ "w-03-x": wave([]) }, [vm("a")], { archived: new Map([["w-7", []]]) }));
      assert.equal(result.waves[0]?.name, "w-08");
    });
  });
});
