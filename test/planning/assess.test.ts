import assert from "node:assert/strict";
import { makeEstate } from "../../bench/estate.ts";
import { ComplexityModel } from "../../inventory/schema/complexity.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import { assess, type AssessInput } from "../../planning/assess/assess.ts";
import { filtered, unmatched } from "../../planning/assess/filter.ts";
import { sorted } from "../../planning/assess/sort.ts";
import { totalsOf } from "../../planning/assess/totals.ts";
import { complexityOf } from "../../planning/complexity.ts";
import { type FactRule, perFacts } from "../../planning/concerns/fact-rule.ts";
import { osLevel, osName } from "../../planning/os-level.ts";
import { disk, estateVm, plan } from "./fixtures.ts";

const rule = (id: string, category: FactRule["category"], fits: (vm: EstateVm) => boolean): FactRule => ({
  ...{ id, category, label: `Label of ${id}`, why: "Because." },
  checkFacts: (view) => perFacts(view, (vm) => (fits(vm) ? [`${vm.key}: found by ${id}`] : [])),
});
const rules = [
  rule("test.encrypted", "Critical", ({ disks }) => disks.some(({ encrypted }) => encrypted)),
  rule("test.snapshot", "Warning", ({ snapshots }) => snapshots.length > 0),
  rule("test.hot", "Information", ({ cpuHotAdd }) => cpuHotAdd === true),
];

const gib = 2 ** 30;
const vms = [
  estateVm("db01", {
    ...{ cluster: "prod", folder: "/Prod/Shop", tags: ["app:shop"], cpuHotAdd: true },
    guestId: "windows2019srv_64Guest",
    disks: [disk(2000, { encrypted: true, capacityBytes: 100 * gib, usedBytes: 50 * gib })],
    snapshots: [{ id: "1", name: "old" }],
  }),
  estateVm("web01", { cluster: "prod", folder: "/Prod/Shop/Web", snapshots: [{ id: "1", name: "old" }] }),
  estateVm("web02", { cluster: "test", disks: [disk(2000, { capacityBytes: 20 * gib })] }),
];
const waiving = plan({
  web01: { concerns: { "test.snapshot": { category: "waived", reason: "thrown away on Monday" } } },
});
const input = (changes: Partial<AssessInput> = {}): AssessInput => ({
  vms,
  sources: [],
  plan: null,
  rules,
  ...changes,
});
const keys = (list: readonly { readonly key: string }[]): string[] => list.map(({ key }) => key);

describe("an assessment", () => {
  it("has a row a VM, with its concerns, its worst category, wave and sizes", () => {
    const [db, web] = assess(input({ plan: waiving })).vms;
    assert.deepEqual(
      db?.concerns.map(({ id, category }) => [id, category]),
      [
        ["test.encrypted", "Critical"],
        ["test.snapshot", "Warning"],
        ["test.hot", "Information"],
      ],
    );
    assert.deepEqual([db.worst, db.wave, db.capacityBytes, db.usedBytes], ["Critical", null, 100 * gib, 50 * gib]);
    assert.deepEqual([web?.worst, web?.wave, web?.usedBytes], ["waived", "wave1", null]);
  });

  it("shows a waived concern with its reason, and does not count it", () => {
    const before = assess(input()).vms[1];
    const after = assess(input({ plan: waiving })).vms[1];
    assert.deepEqual(
      after?.concerns.map(({ waived, overridden, original, assessment }) => [waived, overridden, original, assessment]),
      [[true, "thrown away on Monday", "Warning", "web01: found by test.snapshot"]],
    );
    assert.equal((before?.complexity.score ?? 0) - after.complexity.score, 1);
  });

  it("gives a changed category the plan's, and does not call it waived", () => {
    const changed = plan({ web01: { concerns: { "test.snapshot": { category: "Critical", reason: "we mean it" } } } });
    const [found] = assess(input({ plan: changed })).vms[1]?.concerns ?? [];
    assert.deepEqual([found?.category, found?.waived, found?.overridden], ["Critical", false, "we mean it"]);
  });

  it("judges a VM that the plan leaves out for now as it is", () => {
    const leftOut = plan({ db01: {} }, {}, { exclude: ["db01"] });
    assert.equal(assess(input({ plan: leftOut })).vms[0]?.worst, "Critical");
  });

  it("keeps concerns of a wave as a whole, and of VMs without facts, apart", () => {
    const concern = { id: "wave.x", category: "Warning" as const, label: "Wave", assessment: "all of it" };
    const found = assess(
      input({
        concerns: [
          { ...concern, vm: null },
          { ...concern, vm: "gone01" },
          { ...concern, vm: "web02" },
        ],
      }),
    );
    assert.deepEqual(
      found.general.map(({ vm }) => vm),
      [null, "gone01"],
    );
    assert.deepEqual(
      found.vms.map((vm) => vm.concerns.length),
      [0, 0, 1],
    );
  });

  it("does not depend on the order of the estate", () => {
    assert.deepEqual(assess(input({ vms: [...vms].reverse() })), assess(input()));
  });

  it("adds a disk that two VMs share once", () => {
    const shared = (other: string) => [
      disk(2000, { capacityBytes: gib }),
      disk(2001, { capacityBytes: 5 * gib, sharedWith: [other] }),
    ];
    const pair = [estateVm("a", { disks: shared("b") }), estateVm("b", { disks: shared("a") })];
    const { vms: rows, models } = assess(input({ vms: pair }));
    assert.deepEqual(
      rows.map(({ capacityBytes }) => capacityBytes / gib),
      [6, 6],
    );
    assert.equal(totalsOf(rows, pair, models.throughput).capacityBytes / gib, 7);
  });
});

describe("filter and sort of an assessment", () => {
  const { vms: rows } = assess(input({ plan: waiving }));
  const found = (filter: Parameters<typeof filtered>[1]): string[] => keys(filtered(rows, filter));

  it("find by each field; several fields narrow, several values widen", () => {
    assert.deepEqual(found({ name: ["WEB*"] }), ["web01", "web02"]);
    assert.deepEqual(found({ name: ["/^.b/"] }), ["db01"]);
    assert.deepEqual(found({ name: ["db01", "web02"] }), ["db01", "web02"]);
    assert.deepEqual(found({ cluster: ["prod"] }), ["db01", "web01"]);
    assert.deepEqual(found({ os: ["windows"] }), ["db01"]);
    assert.deepEqual(found({ tag: ["app:*"] }), ["db01"]);
    assert.deepEqual(found({ folder: ["/prod/shop"] }), ["db01", "web01"]);
    assert.deepEqual(found({ folder: ["/prod/shop/web"] }), ["web01"]);
    assert.deepEqual(found({ concern: ["test.snapshot"] }), ["db01", "web01"]);
    assert.deepEqual(found({ category: ["Warning"] }), ["db01"]);
    assert.deepEqual(found({ category: ["waived", "none"] }), ["web01", "web02"]);
    assert.deepEqual(found({ complexity: ["low"] }), ["web01", "web02"]);
    assert.deepEqual(found({ minBytes: 20 * gib, maxBytes: 99 * gib }), ["web02"]);
    assert.deepEqual(found({ cluster: ["prod"], name: ["web*"] }), ["web01"]);
  });

  it("take a name of a source for a text, never for a pattern", () => {
    const odd = assess(input({ vms: [estateVm("a", { name: "x*y" }), estateVm("b", { name: "xzy(" })] })).vms;
    assert.deepEqual(keys(filtered(odd, { name: ["x*y"] })), ["a"]);
    assert.deepEqual(keys(filtered(odd, { name: ["xzy("] })), ["b"]);
  });

  it("tell of a value that fits no VM, and what was meant", () => {
    assert.deepEqual(unmatched(rows, { cluster: ["prod", "tset"], name: ["web*"] }), [
      { field: "cluster", value: "tset", meant: "test", known: ["prod", "test"] },
    ]);
  });

  it("sort by several fields, each of them turned round or not, by key at last", () => {
    const by = (...fields: Parameters<typeof sorted>[1]) => keys(sorted(rows, fields));
    assert.deepEqual(by({ field: "size", reverse: false }), ["db01", "web02", "web01"]);
    assert.deepEqual(by({ field: "category", reverse: false }), ["db01", "web01", "web02"]);
    assert.deepEqual(by({ field: "cluster", reverse: true }, { field: "name", reverse: true }), [
      "web02",
      "web01",
      "db01",
    ]);
  });
});

describe("totals of an assessment", () => {
  const { vms: rows, models } = assess(input({ plan: waiving }));
  const totals = totalsOf(rows, vms, models.throughput);

  it("add up to the list, in every way it is divided", () => {
    assert.deepEqual([totals.vms, totals.disks, totals.capacityBytes], [3, 3, 130 * gib]);
    for (const groups of [totals.byCategory, totals.byComplexity, totals.bySize, totals.byOs, totals.byCluster]) {
      assert.equal(
        groups.reduce((sum, group) => sum + group.vms, 0),
        3,
      );
      assert.equal(
        groups.reduce((sum, { capacityBytes }) => sum + capacityBytes, 0),
        130 * gib,
      );
    }
    assert.deepEqual(
      totals.byCategory.map(({ name, vms }) => [name, vms]),
      [
        ["Critical", 1],
        ["waived", 1],
        ["none", 1],
      ],
    );
  });

  it("count VMs by concern, what is waived apart", () => {
    assert.deepEqual(
      totals.byConcern.map(({ id, category, vms }) => [id, category, vms]),
      [
        ["test.encrypted", "Critical", 1],
        ["test.snapshot", "Warning", 1],
        ["test.hot", "Information", 1],
        ["test.snapshot", "waived", 1],
      ],
    );
  });
});

describe("complexity", () => {
  const model = ComplexityModel.parse({});
  const levels: readonly (readonly [string, string])[] = [
    ["rhel9_64Guest", "easy"],
    ["windows2019srv_64Guest", "medium"],
    ["windows8Server64Guest", "medium"],
    ["windows7Server64Guest", "hard"],
    ["rhel5_64Guest", "hard"],
    ["winNetEnterprise64Guest", "whiteGlove"],
    ["solaris11_64Guest", "whiteGlove"],
    ["otherGuest64", "unknown"],
    ["", "unknown"],
  ];
  for (const [guestId, level] of levels)
    it(`takes ${guestId === "" ? "no guest id" : guestId} for ${level}`, () => {
      assert.equal(osLevel({ guestId, guestName: null, guestReportedName: null }, model), level);
    });

  it("goes by the name where the id says nothing, and by the plan before all", () => {
    const guest = { guestId: "", guestName: "Microsoft Windows Server 2008 R2 (64-bit)", guestReportedName: null };
    assert.equal(osLevel(guest, model), "hard");
    assert.equal(osName(guest), "Microsoft Windows Server 2008 R2");
    assert.equal(osLevel(guest, ComplexityModel.parse({ guests: { "*2008*": "whiteGlove" } })), "whiteGlove");
  });

  it("adds operating system, disks and kinds of concerns; a kind counts once", () => {
    const vm = estateVm("a", { disks: [disk(2000, { capacityBytes: 15 * 2 ** 40 })] });
    const concerns = [
      { id: "x", category: "Critical" as const },
      { id: "x", category: "Warning" as const },
      { id: "y", category: "Warning" as const },
      { id: "y", category: "Warning" as const },
      { id: "z", category: "Information" as const },
    ];
    const { score, level, osPoints, diskPoints, concernPoints } = complexityOf(vm, concerns, model);
    assert.deepEqual([osPoints, diskPoints, concernPoints, score, level], [1, 2, 5, 8, "high"]);
  });

  it("has the disk tiers' ends in the lower one", () => {
    const points = (tib: number) =>
      complexityOf(estateVm("a", { disks: [disk(2000, { capacityBytes: tib * 2 ** 40 })] }), [], model).diskPoints;
    assert.deepEqual([1, 10, 11, 20, 21, 50, 51].map(points), [1, 1, 2, 2, 3, 3, 4]);
  });
});

describe("the made-up estate", () => {
  it("is the same for the same seed, of the size asked for, and fits the estate's schema", () => {
    const made = makeEstate(400, 7);
    assert.deepEqual(made, makeEstate(400, 7));
    assert.equal(new Set(keys(made.vms)).size, 400);
    const disks = made.vms.reduce((sum, vm) => sum + vm.disks.length, 0);
    assert.ok(disks > 2 * 400 && disks < 3 * 400, `${disks} disks`);
  });

  it("has shared disks that name each other", () => {
    const { vms: made } = makeEstate(400, 7);
    const shared = made.flatMap(({ key, disks }) =>
      disks.flatMap(({ sharedWith }) => sharedWith.map((other) => [key, other])),
    );
    assert.ok(shared.length > 0);
    for (const [key, other] of shared) assert.ok(shared.some(([a, b]) => a === other && b === key));
  });
});
