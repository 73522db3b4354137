import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stackOf } from "../../cli/running-pulumi.ts";
import { backendUrl, lockFolder, lockMessage, ownerOf, readLocks } from "../../cli/stale-lock.ts";

const lock = { pid: 4711, username: "root", hostname: "here", timestamp: "2026-11-21T03:00:00Z" };

describe("locks of a killed pulumi", () => {
  const at = (time: string, stack: string | null) => () => ({ startedAt: Date.parse(time), stack });

  it("are dead when their process is gone from this host", () => {
    assert.equal(
      ownerOf(lock, "w1", "here", () => null),
      "dead",
    );
  });

  it("are alive while their process lives", () => {
    assert.equal(ownerOf(lock, "w1", "here", at("2026-11-21T02:59:59Z", "w1")), "alive");
  });

  it("are dead when their number now belongs to a pulumi that started later, for another stack", () => {
    assert.equal(ownerOf(lock, "w1", "here", at("2026-11-21T04:00:00Z", "w2")), "dead");
  });

  it("are not called dead for a later start alone: a clock may have been set", () => {
    assert.equal(ownerOf(lock, "w1", "here", at("2026-11-21T04:00:00Z", "w1")), "alive");
    assert.equal(ownerOf(lock, "w1", "here", at("2026-11-21T04:00:00Z", null)), "alive");
    assert.equal(ownerOf(lock, "w1", "here", at("2026-11-21T03:00:30Z", "w2")), "alive");
    assert.equal(
      ownerOf(lock, "w1", "here", () => ({ startedAt: null, stack: "w2" })),
      "alive",
    );
  });

  it("of another host are never called dead: nobody here can know; whose, since when and the way out are told", () => {
    const other = { ...lock, hostname: "elsewhere" };
    assert.equal(
      ownerOf(other, "w1", "here", () => null),
      "elsewhere",
    );
    const message = lockMessage("w1", [other], "/srv/locks", "here");
    assert.match(message, /root, pid 4711 on elsewhere, since 2026-11-21T03:00:00Z/);
    assert.match(message, /pulumi cancel --stack w1/);
    assert.doesNotMatch(lockMessage("w1", [lock], "/srv/locks", "here"), /pulumi cancel/);
  });

  it("name the stack of a command line", () => {
    assert.equal(stackOf(["pulumi", "up", "--stack", "w1"]), "w1");
    assert.equal(stackOf(["pulumi", "up", "-s=w1"]), "w1");
    assert.equal(stackOf(["pulumi", "up"]), null);
  });

  it("are looked for in the backend of the environment, else of the last login", () => {
    const home = mkdtempSync(path.join(tmpdir(), "wavelift-home-"));
    try {
      assert.equal(backendUrl({ PULUMI_HOME: home }), undefined);
      writeFileSync(path.join(home, "credentials.json"), JSON.stringify({ current: "file://~" }));
      assert.equal(backendUrl({ PULUMI_HOME: home }), "file://~");
      assert.equal(backendUrl({ PULUMI_HOME: home, PULUMI_BACKEND_URL: "s3://b" }), "s3://b");
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it("are looked for where pulumi puts them on a file backend, and nowhere else", () => {
    assert.equal(
      lockFolder("file:///srv/state", "wavelift", "w1"),
      "/srv/state/.pulumi/locks/organization/wavelift/w1",
    );
    assert.equal(
      lockFolder("file://~", "wavelift", "w1"),
      path.join(process.env["HOME"] ?? "", ".pulumi/locks/organization/wavelift/w1"),
    );
    assert.equal(lockFolder("s3://bucket", "wavelift", "w1"), null);
    assert.equal(lockFolder(undefined, "wavelift", "w1"), null);
  });

  it("are read; what is no lock is left alone", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "wavelift-lock-"));
    try {
      writeFileSync(path.join(folder, "a.json"), JSON.stringify(lock));
      writeFileSync(path.join(folder, "b.json"), "half a fi");
      writeFileSync(path.join(folder, "c.txt"), JSON.stringify(lock));
      assert.deepEqual(readLocks(folder), [lock]);
      assert.deepEqual(readLocks(path.join(folder, "none")), []);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
