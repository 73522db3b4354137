import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Commands, Finished } from "../../conversion/effects.ts";
import { Failure } from "../../conversion/failure.ts";
import type { Writer } from "../../conversion/ledger/ledger.ts";
import { identify } from "../../conversion/process-identity.ts";
import { ghostsAmong } from "../../conversion/rbd/ghosts.ts";
import { takeOver } from "../../conversion/rbd/takeover.ts";
import { openWriter } from "../../conversion/rbd/writer.ts";
import { endingCommands, fakeClock, fakeRbd } from "./support/fake-rbd.ts";

const mine = "192.0.2.1:0/1";
const stranger = "192.0.2.9:0/9";
const writer = (process: Writer["process"] = null): Writer => ({ nonce: "old", address: mine, process });
const ghostly = (client: number): string => `192.0.2.${client}:0/7`;
const refusal = (address: string) => (error: unknown) =>
  error instanceof Failure && error.exitCode === 2 && error.message.includes(`held open by ${address}`);

describe("taking an image over", () => {
  const patience = { ownSeconds: 60, foreignSeconds: 40 };
  /** Takes over; how long it waited and whom it fenced. */
  async function run(watchers: (seconds: number) => string[], old: Writer | null) {
    const clock = fakeClock();
    const rbd = fakeRbd(() => watchers(clock.now() / 1000));
    await takeOver(rbd, "image", old, clock, () => undefined, patience);
    return { seconds: clock.now() / 1000, fenced: rbd.fenced };
  }

  it("refuses a stranger by the address, and does not fence it", async () => {
    const rbd = fakeRbd(() => [stranger]);
    await assert.rejects(
      takeOver(rbd, "image", null, fakeClock(), () => undefined, patience),
      refusal(stranger),
    );
    assert.deepEqual(rbd.fenced, []);
  });
  it("refuses a stranger beside the old writer too", async () => {
    await assert.rejects(
      run(() => [mine, stranger], writer()),
      refusal(stranger),
    );
  });
  it("waits for an rbd command of its own that was killed, which Ceph forgets after 30 s", async () => {
    assert.equal((await run((seconds) => (seconds < 30 ? [stranger] : []), null)).seconds, 30);
  });
  it("fences the old writer after its time, also when it is no longer seen", async () => {
    assert.deepEqual(await run(() => [mine], writer()), { seconds: 60, fenced: [mine] });
    assert.deepEqual(await run(() => [], writer()), { seconds: 0, fenced: [mine] });
  });
  it("does not wait for a dead process of this host, but for one of which nothing is known", async () => {
    const here = identify(process.pid);
    assert.ok(here !== null);
    assert.equal((await run(() => [mine], writer({ ...here, startTicks: "1" }))).seconds, 0);
    assert.equal((await run(() => [mine], writer({ ...here, startTicks: "1", boot: "another" }))).seconds, 60);
    assert.equal((await run(() => [mine], writer({ ...here, startTicks: "1", namespace: "other" }))).seconds, 60);
  });
  it("refuses when somebody holds the image although the old writer is fenced", async () => {
    let asked = 0;
    const late = (): string[] => ((asked += 1) > 1 ? [stranger] : []);
    await assert.rejects(run(late, writer()), refusal(stranger));
  });

  const ghost = "192.0.2.7:0/7";
  const goesOn = (watchers: () => string[], ghosts: () => string[], old: Writer | null = null) =>
    takeOver(fakeRbd(watchers, ghosts), "image", old, fakeClock(), () => undefined, patience);

  it("goes on where Ceph lists a watch that belongs to nobody, before the fence and after it, and says which", async () => {
    assert.deepEqual(
      await goesOn(
        () => [ghost],
        () => [ghost],
      ),
      [ghost],
    );
    let asked = 0;
    const late = (): string[] => ((asked += 1) > 1 ? [ghost] : []);
    assert.deepEqual(await goesOn(late, () => [ghost], writer()), [ghost]);
  });
  it("refuses a stranger beside such a watch, before the fence and after it", async () => {
    await assert.rejects(
      goesOn(
        () => [ghost, stranger],
        () => [ghost],
      ),
      refusal(stranger),
    );
    let asked = 0;
    const late = (): string[] => ((asked += 1) > 1 ? [ghost, stranger] : []);
    await assert.rejects(
      goesOn(late, () => [ghost], writer()),
      refusal(stranger),
    );
  });
  it("takes nobody for a ghost who is one only at a moment", async () => {
    let asked = 0;
    await assert.rejects(
      goesOn(
        () => [stranger],
        () => ((asked += 1) === 1 ? [stranger] : []),
      ),
      refusal(stranger),
    );
  });
});

describe("watchers that Ceph lists", () => {
  const listed = [
    { address: ghostly(1), client: 1 },
    { address: ghostly(2), client: 2 },
    { address: ghostly(3), client: 3 },
  ];
  const among = (finished: Partial<Finished>) =>
    ghostsAmong(endingCommands(finished), { pool: "p", user: "u", conf: "/c" }, "rbd_header.1", listed);

  it("are nobody when a notification names them neither among those that answer nor among those that do not", async () => {
    const stdout = "reply client.1 cookie 94888305223312 : 0 bytes\ntimeout client.3 cookie 139904868684992\n";
    const stderr = "error calling notify: (110) Connection timed out\nerror 110: (110) Connection timed out\n";
    assert.deepEqual(await among({ code: 1, stdout, stderr }), [ghostly(2)]);
    assert.deepEqual(await among({ code: 0, stdout: "" }), [ghostly(1), ghostly(2), ghostly(3)]);
  });
  it("are somebody as long as Ceph does not tell", async () => {
    assert.deepEqual(await among({ code: 1, stderr: "error calling notify: (1) Operation not permitted" }), []);
    assert.deepEqual(await among({ code: null, signal: "SIGKILL", stderr: "no answer in 60000 ms, ended" }), []);
  });
});

describe("opening an image", () => {
  it("is not begun while another client has it open too", async () => {
    let end: (finished: Finished) => void = () => undefined;
    const commands: Commands = {
      start: () => ({
        pid: process.pid,
        ended: new Promise((resolve) => (end = resolve)),
        kill: () => {
          end({ code: 0, signal: "SIGTERM", stdout: "", stderr: "" });
        },
      }),
    };
    const rbd = fakeRbd(() => [mine, stranger]);
    const folder = mkdtempSync(join(tmpdir(), "wavelift-opening-"));
    try {
      // Both servers say that they are ready: what is refused is the stranger, not a server that does not start.
      for (const name of ["writer", "reader"]) writeFileSync(join(folder, `${name}.pid`), "");
      await assert.rejects(openWriter(commands, fakeClock(), rbd, "image", folder, 1), refusal(`${mine}, ${stranger}`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
