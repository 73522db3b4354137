import assert from "node:assert/strict";
import { poolSpaces } from "../../conversion/probe/space.ts";
import type { Commands, Finished } from "../../conversion/effects.ts";

const GIB = 2 ** 30;
const access = { pool: "volumes", user: "cinder", conf: "/etc/ceph/ceph.conf" };
const stats = { stored: 5 * GIB, bytes_used: 15 * GIB, max_avail: 50 * GIB, quota_bytes: 0 };

/** A cluster whose `ceph df` gives these pools, or that fails so. */
function cluster(pools: unknown, failure?: Partial<Finished>): { commands: Commands; asked: string[] } {
  const asked: string[] = [];
  const commands: Commands = {
    start: (tool, args) => {
      asked.push([tool, ...args].join(" "));
      const stdout = JSON.stringify(args.includes("fsid") ? { fsid: "ff9e" } : { stats: {}, pools });
      const ended = { code: 0, signal: null, stdout, stderr: "", ...failure };
      return { pid: 1, ended: Promise.resolve(ended), kill: () => undefined };
    },
  };
  return { commands, asked };
}

describe("the space of a pool as the conversion host sees it", () => {
  it("is what is stored and can be stored, without replicas", async () => {
    const { commands, asked } = cluster([{ name: "volumes", stats }]);
    assert.deepEqual(await poolSpaces(commands, { storage: { lab: access } }), {
      lab: { pool: "volumes", place: "ff9e volumes", storedBytes: 5 * GIB, freeBytes: 50 * GIB },
    });
    assert.deepEqual(asked.map((line) => line.replace(/ --connect-timeout \d+/, "")).sort(), [
      "ceph --conf /etc/ceph/ceph.conf --id cinder df detail --format json",
      "ceph --conf /etc/ceph/ceph.conf --id cinder fsid --format json",
    ]);
  });

  it("is what the pool's quota leaves, and never less than nothing", async () => {
    for (const [quota, free] of [
      [8 * GIB, 3 * GIB],
      [4 * GIB, 0],
      [900 * GIB, 50 * GIB],
    ] as const) {
      const { commands } = cluster([{ name: "volumes", stats: { ...stats, quota_bytes: quota } }]);
      const space = (await poolSpaces(commands, { storage: { lab: access } }))["lab"];
      assert.deepEqual(space !== undefined && "freeBytes" in space ? space.freeBytes : space, free);
    }
  });

  it("is unknown, with the reason, for a target alone", async () => {
    const { commands } = cluster([{ name: "volumes", stats }]);
    const spaces = await poolSpaces(commands, { storage: { lab: access, other: { ...access, pool: "gone" } } });
    assert.deepEqual(spaces["other"], { fault: "the cluster has no pool gone" });
    assert.ok(spaces["lab"] !== undefined && !("fault" in spaces["lab"]));
    const refused = cluster([], { code: 13, stderr: "Error EACCES: access denied\n" });
    assert.deepEqual(await poolSpaces(refused.commands, { storage: { lab: access } }), {
      lab: { fault: "pool volumes: Error EACCES: access denied" },
    });
    const strange = cluster("none");
    assert.deepEqual(await poolSpaces(strange.commands, { storage: { lab: access } }), {
      lab: { fault: "pool volumes: ceph df detail gave an answer of another shape" },
    });
  });
});
