import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isStale, lockFolder, readLocks } from "../../cli/stale-lock.ts";

const lock = { pid: 4711, username: "root", hostname: "here", timestamp: "2026-11-21T03:00:00Z" };

describe("locks of a killed pulumi", () => {
  it("are stale when their process is dead on this host", () => {
    assert.equal(
      isStale(lock, "here", () => false),
      true,
    );
  });

  it("are not stale while the process lives", () => {
    assert.equal(
      isStale(lock, "here", () => true),
      false,
    );
  });

  it("of another host are never called stale: nobody here can know", () => {
    assert.equal(
      isStale({ ...lock, hostname: "elsewhere" }, "here", () => false),
      false,
    );
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
