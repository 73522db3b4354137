import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exitCodes } from "../../conversion/exit-codes.ts";
import { badInput, failed, type Failure } from "../../conversion/failure.ts";
import { fileLocks } from "../../conversion/limits/file-locks.ts";
import { Order } from "../../conversion/order.ts";
import { conversionHosts } from "../../conversion/runner/hosts.ts";
import { hostsOut, roomOf } from "../../conversion/runner/hosts-out.ts";
import { lastHost } from "../../conversion/runner/last-host.ts";
import { openPool } from "../../conversion/runner/pool.ts";
import { copy, look, type Dispatch } from "../../conversion/runner/run-on-hosts.ts";
import type { ProgramEnd } from "../../conversion/runner/runner.ts";
import { Settings } from "../../conversion/settings.ts";
import { sourceOf } from "./support/disks.ts";
import { importJob } from "./support/world.ts";

const demand = { what: "d1", stack: "p/s", esxiHost: null, datastores: ["ds"], bytes: 1 };
const settings = Settings.parse({
  version: 1,
  ...{ datastores: { ds: "/all", nfs: "/nfs" }, storage: { t: {} }, slots: 3 },
  runner: {
    kind: "pool",
    hosts: [
      { kind: "ssh", host: "Strong", weight: 9, slots: 1 },
      { kind: "ssh", host: "weak", datastores: { ds: "/other" }, storage: { t: { pool: "p2" } } },
    ],
  },
});
const report = { kind: "report", report: { version: 1, verb: "import", vm: "v", disk: "d1", result: "copied" } };
const done: ProgramEnd = { code: 0, signal: null, stdout: JSON.stringify(report) };
const needsSlot: ProgramEnd = { code: 0, signal: null, stdout: JSON.stringify({ kind: "needsSlot" }) };
const away = (fault: Failure = failed("cannot be reached")): ProgramEnd => ({
  code: null,
  signal: null,
  stdout: "",
  fault,
});
const exit = (code: number): ProgramEnd => ({ code, signal: null, stdout: "" });

describe("a pool of conversion hosts", () => {
  let folder: string;
  let nowMs = 1_700_000_000_000;
  const clock = {
    now: () => nowMs,
    sleep: (ms: number) => {
      nowMs += ms;
      return Promise.resolve();
    },
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-pool-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** A run whose programs end as told, host by host: `runs` gets the orders. */
  const open = (ends: (host: string, mayCopy: boolean) => ProgramEnd, of = settings, limitsItself = false) => {
    const env = { WAVELIFT_RUN_DIR: folder };
    const lines: string[] = [];
    const runs: string[] = [];
    const log = (line: string): unknown => lines.push(line);
    const out = hostsOut(env, () => clock.now());
    const dispatch: Dispatch = {
      pool: openPool(conversionHosts(of), out, { clock, log }, "d1"),
      ...{ env, clock, log, limits: of.limits, signal: new AbortController().signal, locks: fileLocks(env) },
      runnerOf: ({ name }) => ({
        limitsItself,
        start: () => {
          let ended: (end: ProgramEnd) => void;
          return {
            ended: new Promise((resolve) => (ended = resolve)),
            send: (line) => {
              if (line === "") return;
              const { mayCopy } = Order.parse(JSON.parse(line));
              runs.push(`${name}${mayCopy ? " copies" : ""}`);
              ended(ends(name, mayCopy));
            },
            hangUp: () => undefined,
            kill: () => undefined,
          };
        },
      }),
    };
    const job = importJob(sourceOf("d.raw", "raw"));
    const work = { verb: "import" as const, volumeId: "11111111-1111-4111-8111-111111111111", job };
    const order = { version: 1 as const, work, cloud: null, logins: {} };
    return { lines, runs, out, copy: () => copy(dispatch, order, demand), look: () => look(dispatch, order) };
  };
  const [strong, weak] = conversionHosts(settings);
  assert.ok(strong && weak);

  it("gives each host its own view, slots and number", () => {
    assert.deepEqual([strong.count, weak.count, strong.number, weak.number], [1, 3, 1, 2]);
    assert.deepEqual(weak.settings.datastores, { ds: "/other", nfs: "/nfs" });
    assert.deepEqual([strong.settings.storage["t"]?.pool, weak.settings.storage["t"]?.pool], ["volumes", "p2"]);
    assert.deepEqual(strong.settings.runner, { kind: "ssh", host: "Strong", node: "node", folder: ".cache/wavelift" });
    assert.equal(Settings.safeParse(strong.settings).success, true);
    const twice = {
      kind: "pool",
      hosts: [
        { kind: "ssh", host: "a" },
        { kind: "ssh", host: "A" },
      ],
    };
    assert.match(Settings.safeParse({ ...settings, runner: twice }).error?.message ?? "", /each host once/);
  });
  it("a host that fails is left out, told once, and the disk goes on on another one", async () => {
    const run = open((host) => (host === "Strong" ? away() : done));
    assert.deepEqual(await run.copy(), report);
    assert.deepEqual(run.runs, ["Strong copies", "weak copies"]);
    assert.match(
      run.lines.join("\n"),
      /^conversion host 1 of 2 in runners\.yaml has failed and is left out for 60 s .*\nd1: goes on on another/,
    );
    const next = open((host) => (host === "Strong" ? away() : done));
    await next.copy();
    assert.deepEqual([next.runs, next.lines], [["weak copies"], []]);
    assert.deepEqual(readdirSync(join(folder, "limits", "conversionHost-strong")), [], "its slot is not given back");
  });
  for (const [what, end] of [
    ["was ended by its host", exit(exitCodes.cancelled)],
    ["was killed", { code: null, signal: "SIGKILL", stdout: "" } as const],
  ] as const)
    it(`a program that ${what} is the host's fault, too`, async () => {
      const run = open((host) => (host === "Strong" ? end : done));
      assert.deepEqual(await run.copy(), report);
    });
  for (const code of [exitCodes.failed, exitCodes.refused, exitCodes.badInput])
    it(`what the program itself says, with status ${code}, is the disk's fault: no other host is tried`, async () => {
      const run = open(() => exit(code));
      await assert.rejects(run.copy(), { exitCode: code });
      await assert.rejects(run.look(), { exitCode: code });
      assert.equal(run.runs.length, 2);
      assert.deepEqual([run.out.of(strong.id), run.out.of(weak.id)], [null, null]);
    });
  it("when its time is over a host is tried with a look, by one disk, and is in again when that works", async () => {
    const run = open((_, mayCopy) => (mayCopy ? done : needsSlot));
    run.out.takeOut(strong.id, failed("x"));
    const out = run.out.of(strong.id);
    assert.deepEqual([roomOf(out, 8, nowMs), roomOf(out, 8, nowMs + 60_000), roomOf(null, 8, nowMs)], [0, 1, 8]);
    nowMs += 60_000;
    await run.copy();
    assert.deepEqual(run.runs, ["Strong", "Strong copies"]);
    assert.match(run.lines.join("\n"), /^conversion host 1 of 2 in runners\.yaml answers again/);
    assert.equal(run.out.of(strong.id), null);
  });
  it("a host that fails again and again stays out for longer", () => {
    const { out } = open(() => done);
    const minutes = Array.from({ length: 6 }, () => {
      const now = out.takeOut(strong.id, failed("x"));
      assert.equal(out.takeOut(strong.id, failed("y")), null, "told twice");
      const wait = (now?.untilMs ?? 0) - nowMs;
      nowMs += wait;
      return wait / 60_000;
    });
    assert.deepEqual(minutes, [1, 2, 4, 8, 8, 8]);
  });
  it("where all are out it waits; where only a person can mend it, or for long in vain, it says why, host by host", async () => {
    const refusal = open((host) => away(badInput(`${host} does not let us in`)));
    await assert.rejects(
      refusal.look(),
      /none of the 2 conversion hosts can be used:\n {2}Strong: Strong does not let us in\n {2}weak: weak does not let us in/,
    );
    rmSync(join(folder, "limits"), { recursive: true });
    const startMs = nowMs;
    let back = false;
    const healing = open(() => (back ? done : ((back = nowMs > startMs + 100_000), away())));
    assert.deepEqual(await healing.look(), report);
    rmSync(join(folder, "limits"), { recursive: true });
    await assert.rejects(
      open(() => away()).copy(),
      /d1: (6 times a conversion host has failed under it|none of the 2)/,
    );
  });
  it("a disk that has met so many failing hosts may be their cause: it goes no further", async () => {
    const many = Array.from({ length: 9 }, (_, index) => ({ kind: "ssh", host: `h${index}` }));
    const run = open(() => away(), Settings.parse({ ...settings, runner: { kind: "pool", hosts: many } }));
    await assert.rejects(
      run.copy(),
      /d1: 6 times a conversion host has failed under it; the last time: cannot be reached/,
    );
    assert.equal(run.runs.length, 6);
  });
  it("a single host is never left out: its fault is told", async () => {
    const alone = Settings.parse({ ...settings, runner: { kind: "ssh", host: "alone" } });
    const run = open(() => away(), alone);
    await assert.rejects(run.copy(), /^HostFault|cannot be reached/);
    await assert.rejects(run.look(), /cannot be reached/);
    assert.deepEqual(readdirSync(join(folder, "limits")).includes("hosts-out"), false);
  });
  it("a disk whose launcher was killed goes back to its host, others do not", async () => {
    const last = lastHost({ WAVELIFT_RUN_DIR: folder }, "p/s d1");
    last.begins(weak.id);
    const run = open(() => done);
    await run.copy();
    await run.copy();
    assert.deepEqual(run.runs, ["weak copies", "Strong copies"]);
    assert.equal(last.read(), null);
  });
  it("a runner that keeps the limits itself takes no locks here", async () => {
    const run = open(
      () => done,
      Settings.parse({ ...settings, runner: { kind: "ssh", host: "alone" }, slots: 1 }),
      true,
    );
    await fileLocks({ WAVELIFT_RUN_DIR: folder }).take([{ id: "conversionHost/alone", count: 1 }], "x");
    assert.deepEqual(await run.copy(), report);
  });
});
