import assert from "node:assert/strict";
import type { CloudOffer, ExistingServer } from "../../cloud/offer.ts";
import { serversInError } from "../../planning/servers-in-error.ts";
import { offer } from "./fixtures.ts";

const server = (key: string, status: string, stack = "wavelift/w1"): ExistingServer => ({
  id: key,
  name: key,
  status,
  mark: { stack, key, generation: 1 },
});

describe("servers in ERROR", () => {
  it("are those of this stack, on any target", () => {
    const others = { ...server("none", "ERROR"), mark: null };
    const one = [server("bad", "ERROR"), server("good", "ACTIVE"), server("other", "ERROR", "wavelift/w2"), others];
    const offers = new Map<string, CloudOffer>([
      ["a", { ...offer(), servers: one }],
      ["b", { ...offer(), servers: [server("far", "ERROR")] }],
    ]);
    assert.deepEqual([...serversInError(offers, "wavelift/w1")].sort(), ["bad", "far"]);
  });
});
