import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, parentOf } from "../../conversion/process-identity.ts";
import { openLedger } from "../../conversion/ledger/store.ts";
import { HostOut } from "../../conversion/runner/hosts-out.ts";
import { makeBench, type Bench, type Begun } from "./support/begun.ts";
import { sourceOf } from "./support/disks.ts";
import { ledgerOf } from "./support/images.ts";
import { processesWith, startStage } from "./support/launch.ts";
import { startConversionHosts, type ConversionHost } from "./support/sshd.ts";
import { rbd } from "./support/tools.ts";
import { STACK } from "./support/world.ts";

describe("a pool of two conversion hosts, each behind its own cable", function () {
  this.timeout(480_000);
  let bench: Bench;
  let strong: ConversionHost;
  let weak: ConversionHost;
  before(async () => {
    bench = await makeBench();
    const [first, second] = await startConversionHosts(2);
    assert.ok(first && second);
    [strong, weak] = [first, second];
    // The bundle is built, and sent to both.
    for (const host of [strong, weak]) assert.equal((await look("disk.raw", host.runner)).code, 0);
  });
  after(async () => {
    await bench.close();
    await strong.close();
  });
  beforeEach(() => {
    rmSync(outs(), { recursive: true, force: true });
  });

  const outs = (): string => join(bench.folder, "run", "limits", "hosts-out");
  const outFiles = (): string[] => (existsSync(outs()) ? readdirSync(outs()) : []);
  const pool = (change: Record<string, unknown> = {}) => {
    const hosts = [
      { ...strong.runner, ...change, weight: 5, slots: 2 },
      { ...weak.runner, ...change, slots: 2 },
    ];
    return { settings: { runner: { kind: "pool", hosts }, threads: 2 }, wrapper: strong.wrapper };
  };
  /** A run that copies nothing. */
  const look = (file: string, runner: Record<string, unknown>) => {
    const { folder, datastore } = bench;
    const disks = [{ disk: "vm1-disk-1", source: sourceOf(file, "raw") }];
    const job = { version: 1, stack: STACK, vm: "vm1", generation: 1, target: "lab", cloud: "lab", disks };
    const options = { folder, datastore, cloudsYaml: "{}", settings: { runner }, wrapper: strong.wrapper };
    return startStage("source", job, options).ended;
  };
  /** The process that writes the image, and the program that it belongs to. */
  const writerOf = ({ image }: Begun): { pid: number; program: number } => {
    const writer = processesWith(image).find(({ args }) => args[0]?.endsWith("qemu-nbd"));
    const program = writer === undefined ? null : parentOf(writer.pid);
    return writer === undefined || program === null ? assert.fail("nothing writes") : { pid: writer.pid, program };
  };
  const hostOf = (begun: Begun): ConversionHost => {
    const { args } = processesWith("conversion-").find(({ pid }) => pid === writerOf(begun).program) ?? { args: [] };
    return args.some((word) => word.startsWith(weak.bundles)) ? weak : strong;
  };
  const count = (text: string, part: RegExp): number => text.split("\n").filter((line) => part.test(line)).length;

  it("a host that is cut off in mid-copy is left out, and its disks are finished on the other one in the same run", async () => {
    const [one, other] = await Promise.all([bench.begin(pool()), bench.begin(pool())]);
    assert.deepEqual(
      [one, other].map((begun) => hostOf(begun).entry),
      [strong.entry, strong.entry],
    );
    const before = await Promise.all([one, other].map(({ image }) => ledgerOf(image)));
    // One goes on writing in its slice until it ends itself; of the other everything stands still, as in a host that hangs.
    const frozen = writerOf(other);
    for (const pid of [frozen.pid, frozen.program]) process.kill(pid, "SIGSTOP");
    process.kill(writerOf(one).pid, "SIGSTOP");
    const wakeUp = (): void => {
      for (const pid of [frozen.program, frozen.pid]) if (identify(pid) !== null) process.kill(pid, "SIGCONT");
    };
    strong.pull();
    try {
      const ends = await Promise.all([one, other].map(({ stage }) => stage.ended));
      for (const { code, stderr, stdout } of ends) {
        assert.equal(code, 0, stderr);
        assert.match(stderr, /: goes on on another conversion host\n/);
        const { details } = JSON.parse(stdout) as { details: { slices: number } };
        assert.ok(details.slices < 9, `all ${details.slices} slices were copied again`);
        assert.doesNotMatch(stderr, /root@/, "a host is named, which Pulumi would keep");
      }
      const all = ends.map(({ stderr }) => stderr).join("");
      assert.equal(count(all, /^conversion host 1 of 2 in runners.yaml has failed and is left out for 60 s/), 1, all);
      // The one that hung wakes up when its disk is finished elsewhere: it writes not one byte.
      wakeUp();
      await Promise.all([one, other].map(({ image }) => bench.noWriter(image)));
      for (const [index, { image }] of [one, other].entries()) {
        assert.equal(await bench.holdsDisk(image), true);
        // What the woken one recorded late, if anything, does not count.
        const identity = {
          volumeId: image.slice("volume-".length),
          disk: "vm1-disk-2000",
          stack: STACK,
          generation: 1,
        };
        const ledger = await openLedger(rbd, identity).read();
        assert.deepEqual([ledger?.state, ledger?.writer], ["copied", null]);
        assert.notEqual(before[index]?.writer, null);
      }
      const [file = "", ...others] = outFiles();
      assert.deepEqual(others, []);
      const out = HostOut.parse(JSON.parse(readFileSync(join(outs(), file), "utf8")));
      assert.match(out.reason, /the line to root@198\.18\.[^]* broke|nothing was heard/);
      // While it is out nobody goes there, though it answers again; afterwards it is tried with one disk.
      strong.plug();
      const change = (untilMs: number): void => {
        writeFileSync(join(outs(), file), JSON.stringify({ ...out, untilMs }));
      };
      change(Date.now() + 600_000);
      const elsewhere = await bench.begin(pool());
      assert.equal(hostOf(elsewhere).entry, weak.entry);
      assert.equal((await elsewhere.stage.ended).code, 0);
      change(Date.now() - 1);
      const back = await bench.start(pool()).stage.ended;
      assert.equal(back.code, 0, back.stderr);
      assert.match(back.stderr, /^conversion host 1 of 2 in runners.yaml answers again: it is used again$/m);
      assert.deepEqual(outFiles(), []);
    } finally {
      wakeUp();
      strong.plug();
    }
  });

  it("a host that cannot be reached is no reason to fail, a disk's own fault none to try another host", async () => {
    strong.pull();
    try {
      const { code, stderr } = await bench.start(pool()).stage.ended;
      assert.equal(code, 0, stderr);
    } finally {
      strong.plug();
    }
    rmSync(outs(), { recursive: true, force: true });
    const fault = await look("not-there.raw", pool().settings.runner);
    assert.notEqual(fault.code, 0);
    assert.equal(count(fault.stderr, /not-there/), 1, fault.stderr);
    assert.deepEqual(outFiles(), []);
  });

  it("where no host can be used and only a person can mend it, the run fails at once with every reason", async () => {
    const { code, stderr } = await bench.start(pool({ identityFile: join(strong.folder, "other") })).stage.ended;
    assert.equal(code, 1, stderr);
    assert.match(
      stderr,
      /^error: vm1-disk-2000: none of the 2 conversion hosts can be used:\n {2}198\.18\.\S+: root@[^]*does not let us in[^]*\n {2}198\.18\.\S+: root@[^]*does not let us in/m,
    );
  });
});
