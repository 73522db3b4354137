import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Holder, withLock } from "../../toolchain/lock.ts";
import { temporaryFolders } from "./temp-folder.ts";

function mustNotWait(holder: Holder): void {
  assert.fail(`waits for ${holder.pid} on ${holder.host}`);
}

/** Id of a process that has just ended. */
async function deadPid(): Promise<number> {
  const child = spawn("true");
  await once(child, "exit");
  return child.pid ?? 0;
}

describe("the lock of the cache", () => {
  const folder = temporaryFolders();

  it("lets one in at a time and tells the others whom they wait for", async () => {
    const file = join(await folder(), "lock");
    const events: string[] = [];
    const waits: Holder[] = [];
    const enter = (name: string): Promise<void> =>
      withLock(
        file,
        (holder) => waits.push(holder),
        async () => {
          events.push(`${name} in`);
          await new Promise((resolve) => setTimeout(resolve, 50));
          events.push(`${name} out`);
        },
        5,
      );
    await Promise.all([enter("a"), enter("b"), enter("c")]);
    for (let i = 0; i < events.length; i += 2) {
      assert.equal(events[i]?.replace("in", "out"), events[i + 1], `${events.join(", ")}: two were in at a time`);
    }
    assert.equal(events.length, 6);
    assert.ok(waits.length >= 2 && waits.every(({ pid }) => pid === process.pid));
    assert.deepEqual(await readdir(join(file, "..")), []);
  });

  it("is taken over from a process that is dead, not from one of another machine", async () => {
    const file = join(await folder(), "lock");
    const left = { pid: await deadPid(), host: hostname(), token: "left" };
    await writeFile(file, JSON.stringify(left));
    assert.equal(await withLock(file, mustNotWait, () => Promise.resolve("done"), 5), "done");

    await writeFile(file, JSON.stringify({ ...left, host: "elsewhere.example.org" }));
    let waited = false;
    const onWait = ({ host }: Holder): void => {
      assert.equal(host, "elsewhere.example.org");
      waited = true;
      void writeFile(file, JSON.stringify(left)); // what ends the test: now it is a dead one of this machine
    };
    await withLock(file, onWait, () => Promise.resolve(), 5);
    assert.ok(waited);
  });

  it("is given back when the work fails", async () => {
    const file = join(await folder(), "lock");
    await assert.rejects(
      withLock(file, mustNotWait, () => Promise.reject(new Error("no disk")), 5),
      /no disk/,
    );
    assert.deepEqual(await readdir(join(file, "..")), []);
  });
});
