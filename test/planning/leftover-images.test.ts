import assert from "node:assert/strict";
import type { HeldImage, Holdings } from "../../planning/holdings.ts";
import { judgeImages } from "../../planning/leftover-images.ts";

const stack = "wavelift/wave1";
const image = (key: string, changes: Partial<HeldImage> = {}): HeldImage => ({
  ...{ id: `id-${key}`, name: key, projectId: "p1", status: "queued", disk: `${key}-disk-2000` },
  mark: { stack, key, generation: 1 },
  ...changes,
});
const holdings = (...images: HeldImage[]): Holdings[] => [
  { target: "lab", projectId: "p1", volumes: [], servers: [], ports: [], images },
];
const none: ReadonlySet<string> = new Set();
const judged = (found: readonly Holdings[], state: Partial<Parameters<typeof judgeImages>[2]> = {}, declared = none) =>
  judgeImages(stack, found, { imageKeys: none, interruptedImages: none, ...state }, declared).map(
    ({ image: { id }, remove }) => [id, remove],
  );

describe("leftover images of a killed run", () => {
  it("go where Glance never gave them out, or their making was interrupted", () => {
    const whole = image("b", { status: "active" });
    assert.deepEqual(judged(holdings(image("a"), whole), { interruptedImages: new Set(["b"]) }), [
      ["id-a", true],
      ["id-b", true],
    ]);
    assert.deepEqual(judged(holdings(whole)), [["id-b", false]], "a whole one that the state has lost stays");
    assert.deepEqual(judged(holdings(image("a", { disk: null }))), [["id-a", false]], "what cannot be told stays");
  });

  it("are none where the state has them, or the run goes on with them", () => {
    assert.deepEqual(judged(holdings(image("a")), { imageKeys: new Set(["a"]) }), []);
    assert.deepEqual(judged(holdings(image("a")), {}, new Set(["a"])), []);
  });

  it("are never those of another stack or project, or without a mark", () => {
    const other = { mark: { stack: "wavelift/wave10", key: "a", generation: 1 } };
    const strangers = [image("a", other), image("a", { projectId: "p2" }), image("a", { mark: null })];
    assert.deepEqual(judged(holdings(...strangers)), []);
  });
});
