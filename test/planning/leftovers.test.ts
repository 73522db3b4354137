import assert from "node:assert/strict";
import fc from "fast-check";
import type { HeldPort, HeldServer, HeldVolume, Holdings } from "../../planning/holdings.ts";
import type { ImageFacts } from "../../planning/image-facts.ts";
import { emptyVolume } from "../../planning/leftover-volume.ts";
import { duplicateMessage, wouldDuplicate } from "../../planning/leftover-stop.ts";
import { vmOf } from "../../planning/leftover.ts";
import { judgeLeftovers, leftoversOf, ownOf, volumesToAsk, type KnownToState } from "../../planning/leftovers.ts";

const STACK = "wavelift/wave1";
const mark = (key: string, stack = STACK) => ({ stack, key, generation: 1 });
const empty = { ledger: "none", hasData: false, snapshots: 0, isClone: false, watchers: [] };

const volume = (id: string, change: Partial<HeldVolume> = {}): HeldVolume => ({
  ...{ id, name: id, projectId: "p1", status: "available", attachedServerIds: [], mark: mark("a-disk-2000") },
  ...change,
});
const server = (id: string, change: Partial<HeldServer> = {}): HeldServer => ({
  ...{ id, name: id, projectId: "p1", status: "ACTIVE", volumeIds: [], mark: mark("a") },
  ...change,
});
const port = (id: string, change: Partial<HeldPort> = {}): HeldPort => ({
  ...{ id, name: id, projectId: "p1", deviceId: "", mark: mark("a") },
  ...change,
});
const holdings = (change: Partial<Holdings>): Holdings[] => [
  { target: "lab", projectId: "p1", volumes: [], servers: [], ports: [], images: [], ...change },
];
const image = (change: Partial<typeof empty> = {}): Omit<ImageFacts, "volumeId"> => ({
  image: { ...empty, ...change },
  fault: null,
});

interface World {
  readonly holdings: Holdings[];
  readonly state: KnownToState;
  readonly images: Map<string, ImageFacts>;
}
function world(
  held: Partial<Holdings>,
  known: readonly string[] = [],
  images: Readonly<Record<string, Omit<ImageFacts, "volumeId">>> = {},
  interrupted: readonly string[] = ["a"],
  vms: readonly string[] = ["a", "b"],
): World {
  const facts = Object.entries(images).map(([volumeId, found]) => [volumeId, { volumeId, ...found }] as const);
  return {
    holdings: holdings(held),
    state: { ids: new Set(known), interruptedServers: new Set(interrupted), vms: new Set(vms) },
    images: new Map(facts),
  };
}
const judged = (it: World) => judgeLeftovers(STACK, it.holdings, it.state, it.images);
const removed = (it: World): string[] =>
  judged(it)
    .filter(({ remove }) => remove)
    .map(({ leftover }) => leftover.id);
/** Why the only leftover is kept. */
function kept(it: World): string {
  const [one, ...others] = judged(it);
  assert.ok(one !== undefined && others.length === 0 && !one.remove, JSON.stringify(judged(it)));
  return one.reason;
}

describe("leftovers of a killed run", () => {
  it("go: a volume that was never written, a free port, a server on the wave's own disks", () => {
    const held = {
      volumes: [volume("v1"), volume("v2", { mark: mark("a-disk-2001") })],
      servers: [server("s1", { volumeIds: ["v2"] })],
      ports: [port("p1", { deviceId: "s1" }), port("p2")],
    };
    const it = world(held, ["v2"], { v1: image(), v2: image({ ledger: "sealed", hasData: true }) });
    assert.deepEqual(removed(it), ["s1", "p1", "p2", "v1"]);
  });

  it("go also when Cinder could not make the volume at all", () => {
    const failed = volume("v1", { status: "error" });
    assert.deepEqual(removed(world({ volumes: [failed] }, [], { v1: { image: null, fault: null } })), ["v1"]);
  });

  it("are only what carries this very stack's whole mark, in the target's own project", () => {
    const held = {
      volumes: [
        volume("v1", { mark: mark("a-disk-2000", "wavelift/wave10") }),
        volume("v2", { mark: mark("a-disk-2000", "wavelift/wave") }),
        volume("v3", { mark: null }),
        volume("v4", { projectId: "p2" }),
      ],
      ports: [port("p1", { projectId: "p2" })],
    };
    assert.deepEqual(judged(world(held)), []);
  });

  it("are told once where two targets are the same project", () => {
    const [one] = holdings({ ports: [port("p1")] });
    assert.ok(one);
    assert.equal(leftoversOf(STACK, [one, { ...one, target: "again" }], new Set()).length, 1);
    assert.equal(ownOf(STACK, [one]).length, 1);
  });

  for (const [what, change, reason] of [
    ["data", { hasData: true }, /holds data/],
    ["a begun copy", { ledger: "copying" }, /copied/],
    ["a finished copy", { ledger: "sealed" }, /copied/],
    ["another disk's ledger", { ledger: "foreign" }, /another disk/],
    ["a newer version's ledger", { ledger: "unreadable" }, /another version/],
    ["a snapshot", { snapshots: 1 }, /snapshot/],
    ["a parent", { isClone: true }, /clone/],
    ["a client", { watchers: ["1.2.3.4:0/1"] }, /held open by 1\.2\.3\.4/],
    ["an accepted ledger", { ledger: "accepted" }, /accepted/],
  ] as const)
    it(`keep a volume whose image has ${what}`, () => {
      const found = { image: { ...empty, ...change, watchers: [...("watchers" in change ? change.watchers : [])] } };
      assert.match(kept(world({ volumes: [volume("v1")] }, [], { v1: { ...found, fault: null } })), reason);
    });

  it("keep a volume of which nothing is known, or that has no image where it should have one", () => {
    const held = { volumes: [volume("v1")] };
    assert.match(kept(world(held)), /not known/);
    assert.match(kept(world(held, [], { v1: { image: null, fault: "no route" } })), /no route/);
    assert.match(kept(world(held, [], { v1: { image: null, fault: null } })), /right pool/);
  });

  it("keep a volume that cannot be read, also one whose creation failed", () => {
    const failed = volume("v1", { status: "error" });
    assert.match(emptyVolume(failed, { volumeId: "v1", image: null, fault: "no route" }) ?? "", /no route/);
    assert.equal(emptyVolume(failed, { volumeId: "v1", image: null, fault: null }), null);
  });

  it("keep a server whose disks the state does not know: the state is lost, or the VM was taken out of it", () => {
    const held = {
      servers: [server("s1", { volumeIds: ["v1"] })],
      volumes: [volume("v1", { status: "in-use", attachedServerIds: ["s1"] })],
      ports: [port("p1", { deviceId: "s1" })],
    };
    const it = world(held, [], { v1: image({ ledger: "sealed", hasData: true }) });
    assert.deepEqual(removed(it), []);
    assert.match(judged(it)[0]?.reason ?? "", /does not know the volume\(s\) it runs from: v1/);
    const stranger = { ...held, volumes: [volume("v1", { mark: null })] };
    assert.deepEqual(removed(world(stranger, [], { v1: image() })), [], "a disk that is not of this VM");
    assert.match(judged(it)[1]?.reason ?? "", /belongs to s1, which stays/);
  });

  it("keep a server that no interrupted creation explains", () => {
    const held = { servers: [server("s1", { volumeIds: ["v1"] })], volumes: [volume("v1")] };
    const images = { v1: image({ ledger: "sealed" }) };
    assert.deepEqual(removed(world(held, ["v1"], images)), ["s1"]);
    assert.deepEqual(removed(world(held, ["v1"], images, ["b"])), []);
  });

  it("keep everything of a VM of which the state knows nothing: it may be alive in another state", () => {
    const held = { volumes: [volume("v1")], servers: [server("s1")], ports: [port("p1")] };
    const images = { v1: image() };
    assert.deepEqual(removed(world(held, [], images)), ["s1", "p1", "v1"]);
    const unknown = world(held, [], images, ["a"], ["b"]);
    assert.deepEqual(removed(unknown), []);
    for (const { reason } of judged(unknown)) assert.match(reason, /knows nothing of a: is it the state that made it/);
  });

  it("keep everything of a VM of which a copied disk is not in the state, and nothing else", () => {
    const held = {
      volumes: [volume("v1"), volume("v2", { mark: mark("a-disk-2001") }), volume("v3", { mark: mark("b-disk-1") })],
      servers: [server("s1")],
      ports: [port("p1"), port("p2", { mark: mark("b") })],
    };
    const it = world(held, [], { v1: image(), v2: image({ ledger: "sealed", hasData: true }), v3: image() });
    assert.deepEqual(removed(it), ["p2", "v3"]);
    const reasons = new Map(judged(it).map(({ leftover, reason }) => [leftover.id, reason]));
    assert.match(reasons.get("v2") ?? "", /a disk was copied to it/);
    for (const id of ["v1", "s1", "p1"])
      assert.match(reasons.get(id) ?? "", /does not know the volume v2 of the same VM/);
  });

  it("keep everything of a VM of which any disk was accepted, known to the state or not", () => {
    const held = {
      volumes: [volume("v1"), volume("v2", { mark: mark("a-disk-2001") }), volume("v3", { mark: mark("b-disk-1") })],
      servers: [server("s1", { volumeIds: ["v2"] })],
      ports: [port("p1")],
    };
    const images = { v1: image(), v2: image({ ledger: "accepted" }), v3: image() };
    assert.deepEqual(removed(world(held, ["v2"], images)), ["v3"]);
  });

  it("stop an up that would make a second one, and no other", () => {
    const held = { volumes: [volume("v1"), volume("v2", { mark: mark("b-disk-2000") })], ports: [port("p1")] };
    const data = image({ hasData: true });
    const all = judged(world(held, [], { v1: data, v2: data }));
    const ids = (names: readonly string[], vms: readonly string[]): string[] =>
      wouldDuplicate(all, new Set(names), new Set(vms)).map(({ leftover }) => leftover.id);
    assert.deepEqual(ids([], ["a", "b"]), ["v1", "v2"]);
    assert.deepEqual(ids(["a-disk-2000"], ["a", "b"]), ["v2"], "its place in the state is taken");
    assert.deepEqual(ids([], ["b"]), ["v2"], "the wave does not declare a");
    const message = duplicateMessage("wave1", "wave1", wouldDuplicate(all, new Set(), new Set(["a"])));
    assert.match(message, /volume v1 \(v1\) in lab: kept, because it holds data/);
    assert.match(message, /absent/);
  });

  it("are looked at with all disks of their VMs and all that hangs on their servers", () => {
    const held = {
      volumes: [volume("v1"), volume("v2", { mark: mark("b-disk-1") }), volume("v3", { mark: null })],
      servers: [server("s1", { volumeIds: ["v3"] })],
    };
    const it = world(held, ["v1", "v2", "v3"]);
    const asked = volumesToAsk(STACK, it.holdings, leftoversOf(STACK, it.holdings, it.state.ids));
    assert.deepEqual([...asked], [["lab", ["v1", "v3"]]]);
  });
});

const ids = { volume: ["v1", "v2", "v3", "v4"], server: ["s1", "s2"], port: ["p1", "p2", "p3"] };
const marks = fc.option(
  fc.record({
    stack: fc.constantFrom(STACK, STACK, STACK, "wavelift/wave10", "wavelift/wave"),
    key: fc.constantFrom("a", "b"),
    generation: fc.constantFrom(1, 2),
  }),
  { freq: 8 },
);
const projects = fc.constantFrom("p1", "p1", "p1", "p2");
const facts = fc.record({
  ledger: fc.constantFrom("none", "none", "empty", "copying", "sealed", "accepted", "foreign", "unreadable"),
  hasData: fc.boolean(),
  snapshots: fc.constantFrom(0, 0, 0, 1),
  isClone: fc.constantFrom(false, false, false, true),
  watchers: fc.constantFrom<string[]>([], [], ["1.2.3.4:0/1"]),
});
const anyVolume = (id: string): fc.Arbitrary<HeldVolume> =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant("n"),
    projectId: projects,
    status: fc.constantFrom("available", "available", "error", "in-use", "creating", "error_deleting", "maintenance"),
    attachedServerIds: fc.subarray(ids.server),
    mark: marks.map((one) => (one === null ? null : { ...one, key: `${one.key}-disk-2000` })),
  });
const anyServer = (id: string): fc.Arbitrary<HeldServer> =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant("n"),
    projectId: projects,
    status: fc.constant("ACTIVE"),
    volumeIds: fc.subarray(ids.volume),
    mark: marks,
  });
const anyPort = (id: string): fc.Arbitrary<HeldPort> =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant("n"),
    projectId: projects,
    deviceId: fc.constantFrom("", "s1", "s2", "elsewhere"),
    mark: marks,
  });
const anyFacts = (volumeId: string): fc.Arbitrary<ImageFacts | null> =>
  fc.option(
    fc.record({
      volumeId: fc.constant(volumeId),
      image: fc.option(facts, { freq: 5 }),
      fault: fc.constantFrom(null, null, null, null, "no answer"),
    }),
    { freq: 8 },
  );
const worlds: fc.Arbitrary<World> = fc
  .record({
    volumes: fc.tuple(...ids.volume.map(anyVolume)),
    servers: fc.tuple(...ids.server.map(anyServer)),
    ports: fc.tuple(...ids.port.map(anyPort)),
    known: fc.subarray([...ids.volume, ...ids.server, ...ids.port]),
    interrupted: fc.subarray(["a", "b"]),
    vms: fc.constantFrom(["a", "b"], ["a", "b"], ["a", "b"], ["a"], []),
    facts: fc.tuple(...ids.volume.map(anyFacts)),
  })
  .map(({ volumes, servers, ports, known, interrupted, vms, facts: found }) => ({
    holdings: holdings({ volumes, servers, ports }),
    state: { ids: new Set(known), interruptedServers: new Set(interrupted), vms: new Set(vms) },
    images: new Map(found.flatMap((one) => (one === null ? [] : [[one.volumeId, one] as const]))),
  }));

describe("leftovers in any world", () => {
  let seen = 0;
  const always = (property: (it: World, removedIds: ReadonlySet<string>) => void): void => {
    fc.assert(
      fc.property(worlds, (it) => {
        const gone = new Set(removed(it));
        seen += gone.size;
        property(it, gone);
      }),
      { numRuns: 3000 },
    );
  };
  const all = (it: World) => it.holdings.flatMap(({ volumes, servers, ports }) => [...volumes, ...servers, ...ports]);

  it("nothing goes that is not ours, or that the state knows", () => {
    always((it, gone) => {
      for (const thing of all(it).filter(({ id }) => gone.has(id))) {
        assert.equal(thing.mark?.stack, STACK);
        assert.equal(thing.projectId, "p1");
        assert.ok(!it.state.ids.has(thing.id));
      }
    });
    assert.ok(seen > 200, `only ${seen} removals were seen: these worlds prove nothing`);
  });

  it("nothing goes of a VM that the state does not know, or of which something stays that holds a copy", () => {
    always((it, gone) => {
      const all = judged(it);
      for (const vm of all
        .filter(({ leftover }) => gone.has(leftover.id))
        .map(({ leftover }) => vmOf(leftover) ?? "")) {
        assert.ok(it.state.vms.has(vm), vm);
        const copies = all.filter(({ leftover, reason }) => vmOf(leftover) === vm && /disk was copied/.test(reason));
        assert.deepEqual(copies, []);
      }
    });
  });

  it("nothing of an accepted VM goes", () => {
    always((it, gone) => {
      const accepted = it.holdings
        .flatMap(({ volumes }) => volumes)
        .filter(({ id, mark: own }) => own?.stack === STACK && it.images.get(id)?.image?.ledger === "accepted")
        .map(({ mark: own }) => own?.key.split("-")[0]);
      const vms = judged(it)
        .filter(({ leftover }) => gone.has(leftover.id))
        .map(({ leftover }) => vmOf(leftover));
      for (const vm of vms) assert.ok(!accepted.includes(vm ?? ""), String(vm));
    });
  });

  it("no volume goes that holds anything, or that hangs on a server that stays", () => {
    always((it, gone) => {
      for (const one of it.holdings.flatMap(({ volumes }) => volumes).filter(({ id }) => gone.has(id))) {
        const found = it.images.get(one.id);
        assert.equal(found?.fault, null);
        if (found.image === null) assert.ok(["error", "creating", "error_deleting"].includes(one.status));
        else assert.deepEqual({ ...found.image, ledger: "", watchers: [] }, { ...empty, ledger: "" });
        assert.ok(["none", "empty", undefined].includes(found.image?.ledger));
        assert.ok(one.attachedServerIds.every((id) => gone.has(id)));
      }
    });
  });

  it("no server goes with a disk that nobody accounts for, and no port of a server that stays", () => {
    always((it, gone) => {
      for (const one of it.holdings.flatMap(({ servers }) => servers).filter(({ id }) => gone.has(id))) {
        assert.ok(it.state.interruptedServers.has(one.mark?.key ?? ""));
        for (const id of one.volumeIds) {
          const found = it.images.get(id);
          assert.ok(it.state.ids.has(id) || found?.image === null || found?.image.hasData === false, id);
          assert.notEqual(found?.image?.ledger, "accepted");
          assert.equal(found?.fault, null);
        }
      }
      for (const one of it.holdings.flatMap(({ ports }) => ports).filter(({ id }) => gone.has(id)))
        assert.ok(one.deviceId === "" || gone.has(one.deviceId));
    });
  });
});
