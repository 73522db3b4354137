import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Demand } from "../../conversion/limits/demand.ts";
import { HELLO, type Order } from "../../conversion/order.ts";
import { niceOf, srunArguments } from "../../conversion/runner/slurm-command.ts";
import { judgeSlurmEnd, type SlurmEnd } from "../../conversion/runner/slurm-fault.ts";
import { licenseName, licensesOf, missingLicenses, parseLicenses } from "../../conversion/runner/slurm-licenses.ts";
import { openSlurmLine } from "../../conversion/runner/slurm-line.ts";
import { waitingReason } from "../../conversion/runner/slurm-queue.ts";
import { RunnerSettings } from "../../conversion/runner/runner-settings.ts";
import { SlurmRunner } from "../../conversion/runner/slurm-settings.ts";
import { slurmRunner } from "../../conversion/runner/slurm.ts";
import { Settings } from "../../conversion/settings.ts";
import { supervise } from "../../conversion/supervise.ts";

const SECRET = "a-secret-of-the-order";
const TIB = 1024 ** 4;
const ordinary = SlurmRunner.parse({
  ...{ kind: "slurm", partition: "copy", shortPartition: "short" },
  licenses: { esxiHost: "esxi-{name}", datastore: "ds-{name}" },
});
const demand: Demand = {
  what: "vm1-disk-2000",
  stack: "wavelift/wave1",
  esxiHost: "ESX01.example.org",
  datastores: ["NFS gold"],
  bytes: TIB,
};
const bundle = { sha256: "ab".repeat(32), bytes: 1000 };

describe("runner slurm: what srun is told", () => {
  const options = (...args: Parameters<typeof srunArguments>): string[] => {
    const all = srunArguments(...args);
    return all.slice(0, all.indexOf("--"));
  };

  it("a copy takes licences, its resources and a place in the queue", () => {
    const told = options(ordinary, bundle, demand, ["conv2", "conv7"]);
    for (const option of [
      "--ntasks=1",
      "--job-name=vm1-disk-2000",
      "--partition=copy",
      "--cpus-per-task=2",
      "--mem=1024M",
      "--licenses=esxi-esx01.example.org:1,ds-nfs_gold:1",
      `--nice=${niceOf(TIB, 100_000)}`,
      "--exclude=conv2,conv7",
    ])
      assert.ok(told.includes(option), `${option} in ${told.join(" ")}`);
  });

  it("what takes seconds takes no licence, gives way to nobody, and goes to its own partition", () => {
    const told = options(ordinary, bundle, null, []);
    assert.ok(told.includes("--partition=short"), told.join(" "));
    assert.deepEqual(
      told.filter((option) => /^--(licenses|nice|time|exclude|nodelist|immediate)/.test(option)),
      [],
    );
  });

  it("the larger disk goes first, whatever the sizes; an ordinary user may only give way", () => {
    const sizes = [1, 2 ** 20, 2 ** 30, 1.1 * 2 ** 30, 2 ** 36, 1.01 * 2 ** 36, TIB, 62 * TIB, 1000 * TIB];
    const nices = sizes.map((bytes) => niceOf(bytes, 100_000));
    assert.deepEqual(
      nices,
      [...nices].sort((one, other) => other - one),
    );
    assert.ok(new Set(nices).size >= 7, nices.join(" "));
    assert.ok(nices.every((nice) => nice >= 0 && nice <= 100_000));
    assert.equal(niceOf(1, 0), 0);
  });

  it("names of the source are one licence each, and never two options", () => {
    assert.equal(licenseName("ds-{name}", "a,b:9=c;d e@f --mem"), "ds-a_b_9_c_d_e_f_--mem");
    assert.equal(licenseName("esxi-{name}", "$&"), "esxi-__");
    const hostile = { ...demand, what: "-x --mem=9 $(id)", esxiHost: null, datastores: ["a,b", "A,B"] };
    const told = options(ordinary, bundle, hostile, []);
    assert.ok(told.includes("--licenses=ds-a_b:1"), told.join(" "));
    assert.ok(told.includes("--job-name=_x_--mem_9___id_"), told.join(" "));
  });

  it("takes nothing in runners.yaml that means something to Slurm or a shell", () => {
    for (const [field, value] of [
      ["partition", "-a"],
      ["partition", "a,b"],
      ["account", "a b"],
      ["time", "1;id"],
      ["node", "$(id)"],
      ["folder", "a b"],
      ["conf", "/a b"],
      ["licenses", { datastore: "all" }],
      ["licenses", { datastore: "{name}:5" }],
    ] as const)
      assert.equal(RunnerSettings.safeParse({ kind: "slurm", [field]: value }).success, false, field);
    for (const time of ["90", "12:00:00", "5-00", "1-12:30"])
      assert.equal(RunnerSettings.safeParse({ kind: "slurm", time }).success, true, time);
  });

  it("a licence that the controller has none of is told, with the line for slurm.conf", () => {
    const known = parseLicenses("LicenseName=ds-nfs_gold\n    Total=4 Used=1 Free=3 Reserved=0 Remote=no\n");
    assert.deepEqual([...known], [["ds-nfs_gold", 4]]);
    const needed = licensesOf(ordinary, demand);
    const fault = missingLicenses(needed, known);
    assert.equal(fault?.exitCode, 3);
    assert.match(fault.message, /no licence esxi-esx01\.example\.org \(ESXi host ESX01\.example\.org\)/);
    assert.match(fault.message, /`Licenses=ds-nfs_gold:4,esxi-esx01\.example\.org:10`/);
    assert.equal(missingLicenses(needed.slice(1), known), null);
  });

  it("says why a job waits", () => {
    assert.match(waitingReason("PENDING|Licenses\n") ?? "", /^Licenses: as many disks as are allowed/);
    assert.match(waitingReason("PENDING|ReqNodeNotAvail, UnavailableNodes:conv1\n") ?? "", /nodes are down, drained/);
    assert.match(waitingReason("PENDING|PartitionConfig\n") ?? "", /scontrol show job.*whether it can ever start/);
    assert.equal(waitingReason("RUNNING|None\n"), null);
    assert.equal(waitingReason(""), null);
  });
});

describe("runner slurm: what a node runs", function () {
  this.timeout(30_000);
  const program =
    'import { readFileSync } from "node:fs";\nconsole.log("the program has " + readFileSync(0, "utf8").trim());\n';
  const sha256 = createHash("sha256").update(program).digest("hex");
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "wavelift-node-"));
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });
  /** Runs what srun would start there. */
  const onNode = (input: string, change: Record<string, unknown> = {}) => {
    const settings = SlurmRunner.parse({ kind: "slurm", node: process.execPath, folder: "cache", ...change });
    const all = srunArguments(settings, { sha256, bytes: Buffer.byteLength(program) }, null, []);
    const [command = "", ...args] = all.slice(all.indexOf("--") + 1);
    const env = { PATH: process.env["PATH"], HOME: home, SLURM_JOB_ID: "7", SLURMD_NODENAME: "conv1" };
    return spawnSync(command, args, { input, env, encoding: "utf8" });
  };
  const there = (): string[] => readdirSync(join(home, "cache"));

  it("takes the program, and not a byte of the order behind it; what is there whole is not asked for", () => {
    const first = onNode(`${program}the order`);
    assert.match(
      first.stdout,
      /^wavelift job 7 conv1\nwavelift program missing, node 2\d\.\d+\.\d+\nwavelift program ready\n/,
    );
    assert.deepEqual(there(), [`conversion-${sha256}.mjs`]);
    assert.equal(readFileSync(join(home, "cache", there()[0] ?? ""), "utf8"), program);
    const second = onNode("the order");
    assert.match(second.stdout, /^wavelift job 7 conv1\nwavelift program ready\n/);
    assert.match(first.stdout + second.stdout, /the program has the order[^]*the program has the order/);
  });

  it("does not run what arrived damaged, nor what was cut on its disk", () => {
    const damaged = onNode(`${"x".repeat(Buffer.byteLength(program))}the order`);
    assert.equal(damaged.status, 93);
    assert.deepEqual(there(), []);
    const half = onNode(program.slice(0, 20));
    assert.equal(half.status, 93);
    writeFileSync(join(home, "cache", `conversion-${sha256}.mjs`), program.slice(0, 20));
    assert.match(onNode(`${program}the order`).stdout, /missing[^]*the program has the order/);
  });

  it("says where it does not work", () => {
    assert.equal(onNode("", { folder: "/proc/nowhere" }).status, 92);
    assert.equal(onNode("", { node: "/nowhere/node" }).status, 94);
  });
});

describe("runner slurm: how an srun ended", () => {
  const end = (change: Partial<SlurmEnd>): SlurmEnd => ({
    ...{
      code: 0,
      signal: null,
      stdout: `${HELLO}\n`,
      said: [],
      job: "42",
      node: "conv1",
      heard: true,
      silentSeconds: null,
    },
    ...change,
  });
  const reply = `${HELLO}\n\n{"kind":"needsSlot"}\n`;
  const before = { heard: false, stdout: "", node: null };
  const cases: [string, Partial<SlurmEnd>, string, number | null, RegExp][] = [
    ["a reply", { stdout: reply }, "ended", null, /^$/],
    ["a reply, and then the node failed", { stdout: reply, said: ["Node failure on conv1"] }, "ended", null, /^$/],
    [
      "a node that fails: srun ends with 0",
      { said: ["Node failure on conv1"] },
      "again",
      1,
      /job 42 on conv1 is lost: Slurm has marked its node/,
    ],
    ["no reply and status 0", {}, "again", 1, /is lost: srun ended with status 0/],
    ["silence", { code: null, signal: "SIGTERM", silentSeconds: 30 }, "again", 1, /nothing was heard of it for 30 s/],
    ["the program's own failure", { code: 2, said: ["conv1: task 0: Exited with exit code 2"] }, "ended", null, /^$/],
    [
      "a failure of srun alone",
      { code: 1, said: ["Communication connection failure"] },
      "again",
      1,
      /connection failure/,
    ],
    [
      "a program that was killed",
      { code: 137, said: ["conv1: task 0: Killed", "Force Terminated StepId=42.0"] },
      "fault",
      1,
      /program of the Slurm job 42 on conv1 was killed/,
    ],
    [
      "too little memory",
      { code: 137, said: ["Detected 1 oom-kill event(s)", "task 0: Killed"] },
      "fault",
      1,
      /more than the 1024 MiB/,
    ],
    [
      "scancel",
      { code: 130, said: ["*** STEP 42.0 ON conv1 CANCELLED AT 2026-01-01T00:00:00 ***"] },
      "fault",
      130,
      /was cancelled \(scancel/,
    ],
    [
      "the time limit",
      { code: 0, said: ["*** STEP 42.0 ON conv1 CANCELLED AT 2026-01-01T00:00:00 DUE TO TIME LIMIT ***"] },
      "fault",
      1,
      /time limit.*`time`/,
    ],
    [
      "preemption",
      { code: 0, said: ["*** JOB 42 ON conv1 CANCELLED AT 2026-01-01T00:00:00 DUE TO PREEMPTION ***"] },
      "again",
      1,
      /preemption/,
    ],
    [
      "scancel while it waits",
      { ...before, code: 1, said: ["job 42 queued and waiting for resources", "Job has been cancelled"] },
      "fault",
      130,
      /the Slurm job 42 was cancelled/,
    ],
    [
      "no such account",
      {
        ...before,
        code: 1,
        said: ["Unable to allocate resources: Invalid account or account/partition combination specified"],
      },
      "fault",
      3,
      /`account` and `qos`/,
    ],
    [
      "more memory than any node has",
      { ...before, code: 1, said: ["Memory specification can not be satisfied"] },
      "fault",
      3,
      /`memoryMiB` 1024/,
    ],
    [
      "no controller",
      { ...before, code: 1, said: ["Unable to contact slurm controller (connect failure)"] },
      "fault",
      1,
      /Does slurmctld run/,
    ],
    ["no srun", { ...before, code: null, said: ["spawn setpriv ENOENT"] }, "fault", 1, /slurm-client and util-linux/],
    [
      "a program that arrived damaged",
      { heard: false, code: 93, said: ["conv1: task 0: Exited with exit code 93"] },
      "fault",
      1,
      /did not arrive whole/,
    ],
  ];
  for (const [what, change, kind, exitCode, message] of cases)
    it(what, () => {
      const verdict = judgeSlurmEnd(ordinary, end(change));
      assert.equal(verdict.kind, kind);
      const fault = "fault" in verdict ? verdict.fault : null;
      assert.equal(fault?.exitCode ?? null, exitCode);
      assert.match(fault?.message ?? "", message);
    });
});

/** Plays srun: the Nth start runs the Nth script that the test has written; what it was told is noted. */
const FAKE_SRUN = `#!/bin/sh
echo run >> "$HOME/runs"; n=$(wc -l < "$HOME/runs")
printf '%s\\n' "$@" > "$HOME/arguments-$n"; env > "$HOME/environment-$n"
. "$HOME/play-$n"
`;
const STARTS = `echo "wavelift job 4$n conv$n"; echo "wavelift program ready"; echo "${HELLO}"`;
const REPORT = `echo '{"kind":"report","report":{"version":1,"verb":"import","vm":"vm1","result":"copied"}}'`;

describe("runner slurm, with a played srun", function () {
  this.timeout(60_000);
  let home: string;
  let env: NodeJS.ProcessEnv;
  const lines: string[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "wavelift-fake-slurm-"));
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin", "srun"), FAKE_SRUN, { mode: 0o755 });
    for (const name of ["squeue", "scancel"])
      writeFileSync(join(home, "bin", name), `#!/bin/sh\necho "$0 $*" >> "$HOME/asked"\n`, { mode: 0o755 });
    writeFileSync(join(home, "bundle"), "the program\n");
    env = { PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`, HOME: home, OS_PASSWORD: SECRET };
    lines.length = 0;
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });
  const noted = (name: string): string => readFileSync(join(home, name), "utf8");
  const play = (number: number, script: string): void => {
    writeFileSync(join(home, `play-${number}`), script);
  };
  const settings = Settings.parse({ version: 1, datastores: {}, storage: {} });
  const common = { version: 1 as const, stack: SECRET, vm: "vm1", generation: 1, target: "t", cloud: "c" };
  const order: Order = {
    ...{ version: 1, settings, cloud: null, logins: {}, mayCopy: true },
    work: { verb: "source", job: { ...common, disks: [] } },
  };
  const perform = () => {
    const runner = slurmRunner({ ...ordinary, licenses: {} }, join(home, "bundle"), env);
    return supervise(runner, order, new AbortController().signal, (line) => lines.push(line), demand);
  };

  it("sends the program where it is missing, then the order, to a program that waits for it; nothing by other ways", async () => {
    play(
      1,
      `echo "wavelift job 41 conv1"; sleep 4; echo "wavelift program missing, node 20.18.0"; head -c 12 > "$HOME/got"
       echo "wavelift program ready"; read order; printf %s "$order" > "$HOME/order"; echo "${HELLO}"; ${REPORT}`,
    );
    const reply = await perform();
    assert.equal(reply.kind === "report" && reply.report.result, "copied");
    assert.equal(noted("got"), "the program\n");
    assert.deepEqual(JSON.parse(noted("order")), order);
    assert.equal((noted("arguments-1") + noted("environment-1")).includes(SECRET), false);
    assert.deepEqual(lines, ["sending the conversion program to the conversion host"]);
  });

  it("status 0 of an srun whose node has failed is no success: the copy runs again, elsewhere", async () => {
    play(1, `${STARTS}; sleep 0.2; echo "srun: error: Node failure on conv1" >&2; exit 0`);
    play(2, `${STARTS}; ${REPORT}`);
    const reply = await perform();
    assert.equal(reply.kind === "report" && reply.report.result, "copied");
    assert.match(noted("arguments-2"), /^--exclude=conv1$/m);
    assert.match(noted("asked"), /scancel --quiet 41$/m);
    assert.match(lines.join("\n"), /vm1-disk-2000: the conversion host of Slurm job 41 has failed or is cut off/);
  });

  it("gives up after three nodes, and says what became of the last", async () => {
    for (const number of [1, 2, 3]) play(number, `${STARTS}; echo "srun: error: Node failure on conv$n" >&2; exit 0`);
    await assert.rejects(perform(), /the Slurm job 43 on conv3 is lost/);
    assert.equal(noted("runs"), "run\nrun\nrun\n");
    assert.match(noted("arguments-3"), /^--exclude=conv1,conv2$/m);
  });

  it("a job that waits ends with its launcher's order to end, without force", async () => {
    play(1, `echo "srun: job 41 queued and waiting for resources" >&2; exec sleep 50`);
    const runner = slurmRunner({ ...ordinary, licenses: {} }, join(home, "bundle"), env);
    const program = runner.start(() => undefined, demand);
    setTimeout(() => {
      program.hangUp();
    }, 1500);
    const { code, signal } = await program.ended;
    assert.deepEqual([code, signal], [null, "SIGTERM"]);
    assert.match(noted("asked"), /scancel --quiet 41$/m);
  });

  it("gives up a line on which nothing is heard, also when srun stands still; what waits may wait", async () => {
    const patience = { silenceSeconds: 1, helloSeconds: 1 };
    const nothing = (): void => undefined;
    const events = { onJob: nothing, onStart: nothing, onMissing: nothing, onReady: nothing, onStderr: nothing };
    play(
      1,
      `echo "srun: job 41 queued and waiting for resources" >&2; sleep 4; ${STARTS}; trap "" TERM; while :; do sleep 1; done`,
    );
    const end = await openSlurmLine([], env, events, patience).ended;
    assert.deepEqual([end.silentSeconds, end.heard, end.job, end.node], [1, true, "41", "conv1"]);
  });
});
