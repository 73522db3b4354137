import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { project } from "../../cli/project.ts";
import { parentOf } from "../../conversion/process-identity.ts";
import { makeBench, type Bench, type Begun } from "./support/begun.ts";
import { sourceOf } from "./support/disks.ts";
import { descendants, processesWith, startStage } from "./support/launch.ts";
import { startConversionHost, type ConversionHost } from "./support/sshd.ts";
import { access, tool } from "./support/tools.ts";
import { STACK } from "./support/world.ts";

describe("runner ssh: the conversion host is behind a cable and sshd", function () {
  this.timeout(600_000);
  let bench: Bench;
  let host: ConversionHost;
  let far: { settings: Record<string, unknown>; wrapper: readonly string[] };
  before(async () => {
    bench = await makeBench();
    host = await startConversionHost();
    far = { settings: { runner: host.runner, threads: 2 }, wrapper: host.wrapper };
  });
  after(async () => {
    await bench.close();
    await host.close();
  });

  /** A run that needs no cloud and no Ceph: nobody writes the disk's file. */
  const look = (runner: Record<string, unknown> = {}) => {
    const disks = [{ disk: "vm1-disk-1", source: sourceOf("disk.raw", "raw") }];
    const job = { version: 1, stack: STACK, vm: "vm1", generation: 1, target: "lab", cloud: "lab", disks };
    const { folder, datastore } = bench;
    const settings = { runner: { ...host.runner, ...runner } };
    return startStage("source", job, { folder, datastore, cloudsYaml: "{}", ...far, settings }).ended;
  };
  const sshOf = ({ stage }: Begun): number =>
    descendants(stage.pid).find(({ args }) => args[0] === "ssh")?.pid ?? assert.fail("no ssh runs");
  /** The program that has the image's writer, on the host. */
  const programOf = ({ image }: Begun): number => {
    const writer = processesWith(image).find(({ args }) => args[0]?.endsWith("qemu-nbd"));
    return (writer === undefined ? null : parentOf(writer.pid)) ?? assert.fail("no program runs");
  };
  const sessionOf = (begun: Begun): number => parentOf(programOf(begun)) ?? assert.fail("no sshd session");

  it("many at once: the program is there once and whole, and more logins than sshd takes at a time wait", async () => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => look()));
    for (const { code, stdout, stderr } of runs) {
      assert.equal(code, 0, stderr);
      assert.equal((JSON.parse(stdout) as { result: string }).result, "closed");
    }
    const [bundle = "", ...others] = readdirSync(host.bundles);
    assert.deepEqual(others, []);
    assert.match(bundle, /^conversion-[0-9a-f]{64}\.mjs$/);
    // A file that a full disk or a power failure has cut is not run, but sent again.
    const whole = readFileSync(join(host.bundles, bundle));
    writeFileSync(join(host.bundles, bundle), whole.subarray(0, 1000));
    assert.equal((await look()).code, 0);
    assert.deepEqual(readFileSync(join(host.bundles, bundle)), whole);
  });

  it("copies a disk; what is there is not sent again; credentials are nowhere but on standard input", async () => {
    const { mtimeMs } = statSync(host.bundles);
    const begun = await bench.begin(far);
    const { password } = bench.openstack;
    const session = sessionOf(begun);
    const near = descendants(begun.stage.pid).map(({ pid }) => pid);
    const there = [session, ...descendants(session).map(({ pid }) => pid)];
    assert.ok(near.length >= 1 && there.length >= 3, `${near.join()} and ${there.join()} run`);
    const seen = [begun.stage.pid, ...near, ...there].filter((pid) => visible(pid).includes(password));
    assert.deepEqual(seen, []);
    const { code, stdout, stderr } = await begun.stage.ended;
    assert.equal(code, 0, stderr);
    assert.equal(await bench.holdsDisk(begun.image), true);
    assert.doesNotMatch(stderr, /sending/);
    assert.equal((stdout + stderr).includes(password), false);
    assert.equal(stdout.trim().split("\n").length, 1);
    const second = await begun.again().ended;
    assert.match(second.stdout, /"result":"skipped: copied"/);
    assert.equal(statSync(host.bundles).mtimeMs, mtimeMs, "the program was sent again");
    const files = readdirSync(host.folder, { recursive: true, encoding: "utf8" }).map((name) =>
      join(host.folder, name),
    );
    const leaks = files.filter((file) => statSync(file).isFile() && readFileSync(file).includes(password));
    assert.deepEqual(leaks, []);
  });

  describe("killed: no writer is left, the next run goes on", () => {
    const killings: [string, NodeJS.Signals, (begun: Begun) => number, number | null, RegExp][] = [
      ["SIGKILL of the launcher", "SIGKILL", ({ stage }) => stage.pid, null, /copying 9 slices/],
      ["SIGINT of the launcher: ends with 130", "SIGINT", ({ stage }) => stage.pid, 130, /received SIGINT/],
      ["SIGKILL of ssh", "SIGKILL", sshOf, 1, /the line to root@[^]* broke[^]*Run again/],
      ["SIGKILL of sshd's process of the connection", "SIGKILL", sessionOf, 1, /the line to root@[^]* broke/],
      ["SIGKILL of the program on the host", "SIGKILL", programOf, 1, /or the program there was killed/],
    ];
    const results = new Map<string, Promise<void>>();
    // Ceph forgets a client that was killed after 30 s: all wait for that at the same time.
    before(async () => {
      for (const [what, signal, pidOf, code, message] of killings) {
        const begun = await bench.begin(far);
        process.kill(pidOf(begun), signal);
        const result = (async () => {
          const end = await begun.stage.ended;
          assert.equal(end.code, code, end.stderr);
          assert.match(end.stderr, message);
          await bench.noWriter(begun.image);
          await bench.goesOn(begun);
        })();
        result.catch(() => undefined);
        results.set(what, result);
      }
    });
    for (const [what] of killings) it(what, () => results.get(what));
  });

  it("cable pulled, or ssh stopped, in mid-slice: both sides end by themselves, the next run goes on", async () => {
    /** Stands still in mid-slice: else the copy might end before the silence is noticed. */
    const beginAndStop = async (options: typeof far): Promise<Begun> => {
      const begun = await bench.begin(options);
      for (const { pid } of processesWith(begun.image)) process.kill(pid, "SIGSTOP");
      return begun;
    };
    const cut = await beginAndStop(far);
    // Without the namespace: its line stays whole, and its ssh stands still.
    const stopped = await beginAndStop({ ...far, wrapper: [] });
    host.pull();
    try {
      process.kill(sshOf(stopped), "SIGSTOP");
      await Promise.all([bench.noWriter(cut.image), bench.noWriter(stopped.image)]);
      const [first, second] = await Promise.all([cut.stage.ended, stopped.stage.ended]);
      assert.equal(first.code, 1, first.stderr);
      assert.match(first.stderr, /the line to root@[^]* broke[^]*not responding/);
      assert.equal(second.code, 1, second.stderr);
      assert.match(second.stderr, /nothing was heard from root@[^]* for 30 s/);
    } finally {
      host.plug();
    }
    await Promise.all([bench.goesOn(cut), bench.goesOn(stopped)]);
  });

  it("wavelift doctor looks at the host and says what is wrong there", async () => {
    const file = join(bench.folder, "doctor.yaml");
    const storage = { lab: access, broken: { ...access, user: "nobody" } };
    const settings = {
      version: 1,
      runner: host.runner,
      datastores: { ds: bench.datastore, gone: "/nowhere" },
      storage,
    };
    writeFileSync(file, JSON.stringify(settings));
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [join(project, "bin/wavelift.mjs"), "doctor", "--json", "--inventory", bench.folder],
      { env: { WAVELIFT_RUNNERS: file }, reject: false },
    );
    assert.equal(exitCode, 1, stderr);
    const Findings = z.array(z.object({ where: z.string(), check: z.string(), state: z.string(), remedy: z.string() }));
    const there = Findings.parse(JSON.parse(stdout)).filter(({ where }) => where.startsWith("root@198.18."));
    assert.deepEqual(
      there.flatMap(({ check, state }) => (state === "fault" ? [check] : [])),
      ["datastore gone", "pool volumes of broken (client.nobody): reached"],
    );
    assert.equal(there.find(({ check }) => check.startsWith("pool volumes of lab"))?.state, "ok");
    assert.equal(there.find(({ check }) => check.startsWith("clock against Ceph's monitors of lab"))?.state, "ok");
    const left = tool("rbd", "--conf", access.conf, "--id", access.user, "--pool", access.pool, "ls");
    assert.equal(left.includes("wavelift-doctor-"), false, left);
  });

  describe("what is in the way is told with its remedy", () => {
    const faults: [string, () => Record<string, unknown>, number, RegExp][] = [
      [
        "an unknown host key",
        () => ({ knownHostsFile: keys("") }),
        3,
        /is not known, nothing was sent[^]*ssh-keyscan -p \d+ 198\.18[^]*compare[^]*>> \/tmp\//,
      ],
      [
        "a changed host key",
        () => ({ knownHostsFile: keys(`${host.entry} ${otherKey()}\n`) }),
        2,
        /is not the one in \/tmp\/[^]*Nothing was sent[^]*ssh-keygen -R '\[198\.18/,
      ],
      [
        "a login that is refused",
        () => ({ identityFile: join(host.folder, "other") }),
        3,
        /does not let us in[^]*Permission denied[^]*authorized_keys/,
      ],
      [
        "a key that is not there",
        () => ({ identityFile: join(host.folder, "none") }),
        3,
        /key for root@[^]* cannot be used[^]*no such identity/,
      ],
      [
        "a host that is not there",
        () => ({ port: 9 }),
        1,
        /cannot be reached: [^]*Connection refused[^]*does sshd listen on port 9/,
      ],
      ["no such name", () => ({ host: "nowhere.invalid" }), 3, /no host "nowhere\.invalid"/],
      [
        "no node",
        () => ({ node: "/nowhere/node" }),
        3,
        /node does not run on root@[^]* as "\/nowhere\/node"[^]*`node` of the runner/,
      ],
      [
        "an old node",
        () => ({ node: oldNode(), folder: join(host.folder, "elsewhere") }),
        3,
        /node on root@[^]* is 18\.19\.0: 20\.18 or later/,
      ],
      [
        "a folder that cannot be written",
        () => ({ folder: "/proc/nowhere" }),
        3,
        /folder \/proc\/nowhere on root@[^]* cannot be written/,
      ],
    ];
    const keys = (text: string): string => {
      const file = join(host.folder, "other_hosts");
      writeFileSync(file, text);
      return file;
    };
    const otherKey = (): string => readFileSync(join(host.folder, "other.pub"), "utf8");
    const oldNode = (): string => {
      const file = join(host.folder, "old-node");
      writeFileSync(file, "#!/bin/sh\necho 18.19.0\n", { mode: 0o755 });
      return file;
    };
    for (const [what, runner, code, message] of faults)
      it(what, async () => {
        const end = await look(runner());
        assert.equal(end.code, code, end.stderr);
        assert.match(end.stderr, message);
        assert.doesNotMatch(end.stderr, /\n\s+at /, "a stack is shown");
      });
  });
});

/** Arguments and environment of a process, as `ps` shows them. */
function visible(pid: number): string {
  return ["cmdline", "environ"]
    .map((name) => {
      try {
        return readFileSync(`/proc/${pid}/${name}`, "utf8");
      } catch {
        return "";
      }
    })
    .join("\0");
}
