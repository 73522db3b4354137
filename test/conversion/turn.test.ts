import assert from "node:assert/strict";
import fc from "fast-check";
import { inOrder, KEEPS_FREE_MS, whoGoes, type HostPlace, type Waiting } from "../../conversion/limits/turn.ts";

const GIB = 2 ** 30;
const HOUR_MS = 3_600_000;

const host = (id: string, count: number, weight = 1): HostPlace => ({ id, count, weight });
const waits = (id: string, change: Partial<Waiting> = {}): Waiting => ({
  ...{ id, bytes: GIB, sinceMs: 0, limits: [], hosts: [host("h", 1)], prefers: null },
  ...change,
});
const rooms =
  (free: Record<string, number>) =>
  ({ id }: { id: string }): number =>
    free[id] ?? 0;
const none = (): number => 0;
const names = (goes: ReadonlyMap<string, HostPlace>): string[] => [...goes.keys()];

describe("whose turn it is", () => {
  it("is the largest disk's", () => {
    const waiting = [waits("small"), waits("large", { bytes: 9 * GIB }), waits("middle", { bytes: 5 * GIB })];
    assert.deepEqual(
      inOrder(waiting).map(({ id }) => id),
      ["large", "middle", "small"],
    );
    assert.deepEqual(names(whoGoes(waiting, rooms({ h: 2 }), none, 0)), ["large", "middle"]);
  });
  it("is the older one's where it has waited for longer than the larger one needs", () => {
    const old = waits("old");
    const later = (seconds: number) => waits("new", { bytes: 101 * GIB, sinceMs: seconds * 1000 });
    assert.deepEqual(
      [399, 401].map((seconds) => inOrder([old, later(seconds)])[0]?.id),
      ["new", "old"],
    );
  });
  it("goes past one whose limit is full, so that nothing stands idle", () => {
    const esx = { id: "esxiHost/a", count: 1 };
    const waiting = [waits("first", { bytes: 9 * GIB, limits: [esx] }), waits("second")];
    assert.deepEqual(names(whoGoes(waiting, rooms({ h: 1 }), none, 0)), ["second"]);
  });
  it("is the first one's in the end: what it needs is kept free after a while, and for nobody else", () => {
    const [esx, store] = ["esxiHost/a", "datastore/b"].map((id) => ({ id, count: 1 }));
    assert.ok(esx && store);
    const first = waits("first", { bytes: 9 * GIB, limits: [esx, store] });
    const others = [waits("x", { limits: [esx] }), waits("y")];
    const goesAt = (nowMs: number) => names(whoGoes([first, ...others], rooms({ h: 2, [esx.id]: 1 }), none, nowMs));
    assert.deepEqual(goesAt(0), ["x", "y"]);
    assert.deepEqual(goesAt(KEEPS_FREE_MS), ["y"]);
  });
  it("is spent on the host with the most weight for one more copy", () => {
    const hosts = [host("weak", 8), host("strong", 8, 2)];
    const waiting = Array.from({ length: 6 }, (_, index) => waits(`d${index}`, { hosts }));
    const goes = [...whoGoes(waiting, rooms({ weak: 8, strong: 8 }), none, 0).values()].map(({ id }) => id);
    assert.deepEqual(goes, ["strong", "weak", "strong", "strong", "weak", "strong"]);
    const used = rooms({ weak: 0, strong: 3 });
    assert.equal(whoGoes([waits("d", { hosts })], rooms({ weak: 8, strong: 5 }), used, 0).get("d")?.id, "weak");
    const last = waits("d", { hosts, prefers: "strong" });
    assert.equal(whoGoes([last], rooms({ weak: 8, strong: 5 }), used, 0).get("d")?.id, "strong");
    assert.equal(whoGoes([last], rooms({ weak: 8 }), used, 0).get("d")?.id, "weak");
  });

  const limitIds = ["esxiHost/a", "esxiHost/b", "datastore/c", "datastore/d"];
  const counts = fc.record(
    Object.fromEntries([...limitIds, "h1", "h2"].map((id) => [id, fc.integer({ min: 1, max: 3 })])),
  );
  const some = fc.record({
    bytes: fc.integer({ min: 1, max: 6000 }).map((gib) => gib * GIB),
    sinceMs: fc.integer({ min: 0, max: HOUR_MS }),
    limits: fc.subarray(limitIds),
    hosts: fc.subarray(["h1", "h2"], { minLength: 1 }),
  });
  const asWaiting = (
    { limits, hosts, ...rest }: { bytes: number; sinceMs: number; limits: string[]; hosts: string[] },
    id: string,
  ): Waiting =>
    waits(id, {
      ...rest,
      limits: limits.map((one) => ({ id: one, count: 1 })),
      hosts: hosts.map((one) => host(one, 1)),
    });

  it("never gives more than is free, and passes over nobody who fits", () => {
    fc.assert(
      fc.property(counts, fc.array(some, { maxLength: 20 }), (free, list) => {
        const waiting = list.map((one, index) => asWaiting(one, String(index)));
        const goes = whoGoes(waiting, rooms(free), none, HOUR_MS * 2);
        const left: Record<string, number> = { ...free };
        for (const one of waiting) {
          const place = goes.get(one.id);
          for (const { id } of place === undefined ? [] : [...one.limits, place]) left[id] = (left[id] ?? 0) - 1;
        }
        assert.ok(
          Object.values(left).every((count) => count >= 0),
          JSON.stringify(left),
        );
        const [first] = inOrder(waiting);
        const fits = ({ limits, hosts }: Waiting) =>
          limits.every(({ id }) => (left[id] ?? 0) > 0) && hosts.some(({ id }) => (left[id] ?? 0) > 0);
        const kept =
          first === undefined || goes.has(first.id) ? [] : [...first.limits, ...first.hosts].map(({ id }) => id);
        for (const one of waiting.filter(({ id }) => !goes.has(id)))
          assert.ok(!fits(one) || [...one.limits, ...one.hosts].some(({ id }) => kept.includes(id)), `${one.id} fits`);
      }),
    );
  });
  it("starves nobody, whatever keeps coming: the oldest goes when what ran before has ended", () => {
    const all = [...limitIds, "h1", "h2"];
    const flood = fc.array(fc.tuple(some, fc.integer({ min: 1, max: 30 })), { minLength: 120, maxLength: 120 });
    fc.assert(
      fc.property(some, flood, (one, others) => {
        // Not even a disk of 6 TB that comes now goes before it.
        const oldest = { ...asWaiting(one, "oldest"), sinceMs: -7 * HOUR_MS };
        const free: Record<string, number> = Object.fromEntries(all.map((id) => [id, 0]));
        let running = all.map((id, index) => ({ endMinute: 5 * (index + 1), ids: [id] }));
        let waiting = [oldest];
        for (let minute = 0; minute <= 61; minute++) {
          const ended = running.filter(({ endMinute }) => endMinute <= minute).flatMap(({ ids }) => ids);
          for (const id of ended) free[id] = (free[id] ?? 0) + 1;
          running = running.filter(({ endMinute }) => endMinute > minute);
          for (const index of [2 * minute, 2 * minute + 1]) {
            const next = others[index];
            if (next !== undefined) waiting.push({ ...asWaiting(next[0], String(index)), sinceMs: minute * 60_000 });
          }
          const goes = whoGoes(waiting, rooms(free), none, minute * 60_000);
          if (goes.has("oldest")) return;
          for (const { id, limits } of waiting) {
            const place = goes.get(id);
            if (place === undefined) continue;
            const ids = [...limits.map((limit) => limit.id), place.id];
            for (const taken of ids) free[taken] = (free[taken] ?? 0) - 1;
            running.push({ endMinute: minute + (others[Number(id)]?.[1] ?? 1), ids });
          }
          waiting = waiting.filter(({ id }) => !goes.has(id));
        }
        assert.fail("it was never its turn");
      }),
      { numRuns: 50 },
    );
  });
});
