import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { project } from "../../cli/project.ts";
import { parentOf } from "../../conversion/process-identity.ts";
import { makeBench, type Bench, type Begun } from "./support/begun.ts";
import { sourceOf } from "./support/disks.ts";
import { ledgerOf } from "./support/images.ts";
import { descendants, processesWith, startStage, until, type Stage } from "./support/launch.ts";
import { startSlurmPool, type SlurmPool } from "./support/slurm.ts";
import { access } from "./support/tools.ts";
import { STACK } from "./support/world.ts";

/** So many disks may be read from the datastore at once. */
const LIMIT = 2;

describe("runner slurm: a pool of conversion hosts without a shared folder", function () {
  this.timeout(600_000);
  let bench: Bench;
  let pool: SlurmPool;
  before(async () => {
    bench = await makeBench();
    pool = await startSlurmPool([`ds-ds:${LIMIT}`]);
  });
  after(async () => {
    await bench.close();
    await pool.close();
  });

  const far = (runner: Record<string, unknown> = {}) => ({
    settings: { runner: { ...pool.runner, ...runner }, threads: 2 },
  });
  const limited = () => far({ licenses: { datastore: "ds-{name}" } });
  /** A run that needs no cloud and no Ceph: nobody writes the disk's file. */
  const look = (runner: Record<string, unknown> = {}) => {
    const disks = [{ disk: "vm1-disk-1", source: sourceOf("disk.raw", "raw") }];
    const job = { version: 1, stack: STACK, vm: "vm1", generation: 1, target: "lab", cloud: "lab", disks };
    const { folder, datastore } = bench;
    return startStage("source", job, { folder, datastore, cloudsYaml: "{}", ...far(runner) }).ended;
  };
  const writerOf = ({ image }: Begun): number =>
    processesWith(image).find(({ args }) => args[0]?.endsWith("qemu-nbd"))?.pid ?? assert.fail(`no writer of ${image}`);
  const programOf = (begun: Begun): number => parentOf(writerOf(begun)) ?? assert.fail("no program runs");
  /** Number of the job that copies. */
  const jobOf = (begun: Begun): string =>
    /^SLURM_JOB_ID=(\d+)$/m.exec(read(`/proc/${programOf(begun)}/environ`).replaceAll("\0", "\n"))?.[1] ??
    assert.fail("the program is in no job");
  const srunOf = ({ stage }: Begun): number =>
    descendants(stage.pid).find(({ args }) => args[0] === "srun")?.pid ?? assert.fail("no srun runs");
  /** Waits until it waits. @returns the number of its job */
  const waits = async (stage: Stage): Promise<string> => {
    const line = /waiting for a slot \(Slurm job (\d+): Licenses: as many/;
    await until(`it waits for a slot: ${stage.stderr()}`, () => line.test(stage.stderr()), 180);
    return line.exec(stage.stderr())?.[1] ?? "";
  };

  it("two disks are copied side by side on two nodes; credentials are nowhere but on standard input", async () => {
    const two = await Promise.all([bench.begin(limited()), bench.begin(limited())]);
    assert.equal(new Set(two.map((begun) => pool.nodeOf(writerOf(begun)))).size, 2, "both on one node");
    const { password } = bench.openstack;
    const roots = [...pool.layout.nodes.map((node) => pool.nodePid(node)), ...two.map(({ stage }) => stage.pid)];
    const processes = [...roots, ...roots.flatMap((pid) => descendants(pid).map((each) => each.pid))];
    assert.ok(processes.length > 12, `only ${processes.length} processes were looked at`);
    assert.deepEqual(
      processes.filter((pid) => visible(pid).includes(password)),
      [],
    );
    for (const begun of two) {
      const { code, stdout, stderr } = await begun.stage.ended;
      assert.equal(code, 0, stderr);
      assert.equal(stdout.trim().split("\n").length, 1);
      assert.equal(await bench.holdsDisk(begun.image), true);
      assert.equal((stdout + stderr).includes(password), false);
    }
    const leaks = filesOf(pool.folder).filter((file) => readFileSync(file).includes(password));
    assert.deepEqual(leaks, []);
    const accounting = read(join(pool.folder, "jobs.txt"));
    assert.equal(accounting.match(/ Name=vm1-disk-2000 JobState=COMPLETED Partition=copy /g)?.length, 2, accounting);
  });

  it("without a free licence a disk waits and says so; what waits ends with its launcher, or by scancel", async () => {
    const holder = pool.start("--partition=short", `--licenses=ds-ds:${LIMIT}`, "sleep", "1000");
    await until("the licences are taken", () => pool.slurm("squeue", "--noheader", "--states=RUNNING") !== "");
    const [first, second, third] = [bench.start(limited()), bench.start(limited()), bench.start(limited())];
    const jobs = await Promise.all([first, second, third].map(({ stage }) => waits(stage)));
    process.kill(second.stage.pid, "SIGKILL");
    pool.slurm("scancel", jobs[2] ?? "");
    const { code, stderr } = await third.stage.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, new RegExp(`the Slurm job ${jobs[2] ?? ""} was cancelled \\(scancel`));
    const waiting = (): string => pool.slurm("squeue", "--noheader", "--states=PENDING", "--format=%i").trim();
    await until("only the first waits", () => waiting() === jobs[0]);
    assert.equal(await ledgerOf(first.image), null);
    holder.kill("SIGTERM");
    const end = await first.stage.ended;
    assert.equal(end.code, 0, end.stderr);
    assert.equal(await bench.holdsDisk(first.image), true);
  });

  describe("a node is cut off and hangs in mid-copy; programs are killed", () => {
    const results = new Map<string, Promise<void>>();
    const killings: [string, (begun: Begun) => void, number | null, RegExp][] = [
      ["SIGKILL of the launcher", ({ stage }) => process.kill(stage.pid, "SIGKILL"), null, /copying 9 slices/],
      [
        "SIGINT of the launcher: ends with 130",
        ({ stage }) => process.kill(stage.pid, "SIGINT"),
        130,
        /received SIGINT/,
      ],
      ["SIGKILL of srun", (begun) => process.kill(srunOf(begun), "SIGKILL"), 1, /srun was killed here/],
      [
        "SIGKILL of the program",
        (begun) => process.kill(programOf(begun), "SIGKILL"),
        1,
        /program of the Slurm job \d+ on conv\d was killed/,
      ],
      [
        "scancel: ends with 130",
        (begun) => pool.slurm("scancel", jobOf(begun)),
        130,
        /the Slurm job \d+ on conv\d was cancelled \(scancel/,
      ],
    ];
    const cut = "cut off: the copy goes on on another node in the same run, and of the old writer not one byte arrives";
    /** All at the same time: Ceph forgets a client that was killed after 30 s. */
    before(async () => {
      const lost = await bench.begin(far());
      const node = pool.nodeOf(writerOf(lost));
      results.set(cut, seeCut(lost, node));
      const other = pool.layout.nodes.find((name) => name !== node);
      for (const [what, kill, code, message] of killings)
        results.set(
          what,
          bench.begin(far({ only: other })).then((begun) => {
            kill(begun);
            return seeKilled(begun, code, message);
          }),
        );
      for (const result of results.values()) result.catch(() => undefined);
    });
    const seeKilled = async (begun: Begun, code: number | null, message: RegExp): Promise<void> => {
      const end = await begun.stage.ended;
      assert.equal(end.code, code, end.stderr);
      assert.match(end.stderr, message);
      await bench.noWriter(begun.image);
      await bench.goesOn(begun);
    };
    const seeCut = async (begun: Begun, node: string): Promise<void> => {
      const writer = writerOf(begun);
      const program = programOf(begun);
      // The node hangs, in mid-copy: nothing there notices that its line is gone.
      const hung = descendants(pool.nodePid(node)).map(({ pid }) => pid);
      for (const pid of hung) signalLiving(pid, "SIGSTOP");
      const socket = /--socket\0([^\0]+)/.exec(read(`/proc/${writer}/cmdline`))?.[1] ?? assert.fail("no socket");
      const old = (await ledgerOf(begun.image))?.writer?.address ?? assert.fail("no writer in the ledger");
      await pool.pull(node);
      const { code, stdout, stderr } = await begun.stage.ended;
      assert.equal(code, 0, stderr);
      assert.match(stderr, /Slurm job \d+ has failed or is cut off: going on on another one/);
      assert.match(stderr, new RegExp(`the old writer ${old} of volume-\\S+ is fenced`));
      assert.match(stdout, /"result":"copied"/);
      assert.equal(await bench.holdsDisk(begun.image), true);
      // Its network is back, its writer wakes up, and is told to write.
      await pool.plug(node);
      process.kill(writer, "SIGCONT");
      const late = qemuIo(`/proc/${program}/root${socket}`);
      await until("the late write has ended", () => late.exitCode !== null, 120);
      assert.equal(late.exitCode, 1, "a fenced writer's write was taken");
      assert.equal(await bench.holdsDisk(begun.image), true, "the old writer has written");
      for (const pid of hung) signalLiving(pid, "SIGCONT");
      await bench.noWriter(begun.image);
      assert.equal(await bench.holdsDisk(begun.image), true, "the old writer has written");
    };
    it(cut, () => results.get(cut));
    for (const [what] of killings) it(what, () => results.get(what));
    after(async () => {
      // Also where only one of these tests was asked for.
      await Promise.allSettled(results.values());
      await pool.isEmpty();
    });
  });

  it("wavelift doctor asks the controller, looks for licences, and runs the program on each node that takes jobs", async () => {
    pool.slurm("scontrol", "update", "nodename=conv3", "state=drain", "reason=new disk");
    const file = join(bench.folder, "doctor.yaml");
    const runner = { ...pool.runner, licenses: { datastore: "ds-{name}" } };
    const datastores = { ds: bench.datastore, gone: "/nowhere" };
    writeFileSync(file, JSON.stringify({ version: 1, runner, datastores, storage: { lab: access } }));
    const { exitCode, stdout, stderr } = await execa(
      process.execPath,
      [join(project, "bin/wavelift.mjs"), "doctor", "--json", "--inventory", bench.folder],
      { env: { WAVELIFT_RUNNERS: file }, reject: false },
    );
    pool.slurm("scontrol", "update", "nodename=conv3", "state=resume");
    assert.equal(exitCode, 1, stderr);
    const Findings = z.array(z.object({ where: z.string(), check: z.string(), state: z.string(), found: z.string() }));
    const all = Findings.parse(JSON.parse(stdout)).filter(({ where }) => where !== "here");
    const bad = all.filter(({ state }) => state === "fault" || state === "warning");
    assert.deepEqual(
      bad.map(({ where, check, found }) => `${where}, ${check}: ${found}`).sort(),
      [
        ...["conv1", "conv2"].map((node) => `${node}, datastore gone: find: ‘/nowhere’: No such file or directory`),
        "conv3, state: drained: new disk",
        "the Slurm pool, licences of datastores: not there: ds-gone",
      ],
      stdout,
    );
    assert.match(all.find(({ check }) => check === "nodes")?.found ?? "", /1 drained/);
    assert.equal(
      all.filter(({ check, state }) => check.startsWith("pool volumes of lab") && state === "ok").length >= 2,
      true,
    );
  });

  describe("what is in the way is told with its remedy", () => {
    const faults: [string, () => Record<string, unknown>, number, RegExp][] = [
      [
        "no such partition",
        () => ({ shortPartition: "none" }),
        3,
        /invalid partition[^]*`shortPartition` of the runner[^]*`sinfo`/i,
      ],
      [
        "no such slurm.conf",
        () => ({ conf: "/nowhere/slurm.conf" }),
        3,
        /there is no \/nowhere\/slurm\.conf[^]*`conf` of the runner/,
      ],
      [
        "no node",
        () => ({ node: "/nowhere/node" }),
        3,
        /node does not run on the node conv\d as "\/nowhere\/node"[^]*`node` of the runner/,
      ],
      [
        "an old node",
        () => ({ node: oldNode(), folder: join(pool.ownFolder, "elsewhere") }),
        3,
        /node on a node of the pool is 18\.19\.0: 20\.18 or later/,
      ],
      [
        "a folder that cannot be written",
        () => ({ folder: "/proc/nowhere" }),
        3,
        /folder \/proc\/nowhere on the node conv\d cannot be written/,
      ],
    ];
    const oldNode = (): string => {
      const file = join(pool.folder, "old-node");
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
    it("a licence that the controller does not know", async () => {
      const { image, stage } = bench.start(far({ licenses: { datastore: "store-{name}" } }));
      const end = await stage.ended;
      assert.equal(end.code, 3, end.stderr);
      assert.match(end.stderr, /has no licence store-ds \(datastore ds\)[^]*`Licenses=ds-ds:2,store-ds:10`/);
      assert.equal(await ledgerOf(image), null);
    });
  });
});

/** Tools of a second come and go. */
function signalLiving(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended.
  }
}

/** Writes 64 KiB of 0xff into a disk over an NBD socket. */
const qemuIo = (socket: string) =>
  spawn("qemu-io", ["-f", "raw", "-c", "write -P 0xff 0 64k", "-c", "flush", `nbd+unix:///?socket=${socket}`], {
    stdio: "ignore",
  });

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** Arguments and environment of a process, as `ps` shows them. */
const visible = (pid: number): string => read(`/proc/${pid}/cmdline`) + read(`/proc/${pid}/environ`);
