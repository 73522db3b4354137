import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { HELLO, type Order } from "../../conversion/order.ts";
import { conversionHosts } from "../../conversion/runner/hosts.ts";
import { RunnerSettings, SshRunner } from "../../conversion/runner/runner-settings.ts";
import { receiveCommand, sshArguments } from "../../conversion/runner/ssh-command.ts";
import { judgeEnd } from "../../conversion/runner/ssh-fault.ts";
import { openLine } from "../../conversion/runner/ssh-line.ts";
import { sshRunner } from "../../conversion/runner/ssh.ts";
import { Settings } from "../../conversion/settings.ts";
import { supervise } from "../../conversion/supervise.ts";
import { holdLifeline } from "../../conversion/watchdog.ts";

const SECRET = "a-secret-of-the-order";
const ordinary = SshRunner.parse({ kind: "ssh", host: "conv1" });

/** Plays ssh and sshd: notes its arguments and environment, then runs the command in a home of its own. */
const FAKE_SSH = `#!/bin/sh
printf '%s\\n' "$@" >> "$HOME/arguments"; env >> "$HOME/environment"; echo run >> "$HOME/runs"
for command; do :; done
if [ -e "$HOME/drop" ]; then rm "$HOME/drop"; echo "kex_exchange_identification: Connection closed by remote host" >&2; exit 255; fi
echo "Authorised users only" >&2; echo "Welcome to conv1"
mkdir -p "$HOME/far"; cd "$HOME/far" && exec sh -c "$command"
`;
/** Plays the conversion program: says what it was ordered. */
const FAKE_PROGRAM = `import { createInterface } from "node:readline";
console.log(${JSON.stringify(HELLO)});
createInterface({ input: process.stdin }).once("line", (line) => {
  const { work } = JSON.parse(line);
  console.error("working");
  console.log(JSON.stringify({ kind: "report", report: { version: 1, verb: work.verb, vm: work.job.vm, result: "done" } }));
  process.exit(0);
});
`;

describe("runner ssh, with a played ssh", function () {
  this.timeout(30_000);
  let home: string;
  let bundle: string;
  let env: NodeJS.ProcessEnv;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "wavelift-fake-ssh-"));
    mkdirSync(join(home, "bin"));
    writeFileSync(join(home, "bin", "ssh"), FAKE_SSH, { mode: 0o755 });
    bundle = join(home, "program.mjs");
    writeFileSync(bundle, FAKE_PROGRAM);
    env = { PATH: `${join(home, "bin")}:${process.env["PATH"] ?? ""}`, HOME: home, OS_PASSWORD: SECRET };
  });
  afterEach(() => {
    rmSync(home, { recursive: true, force: true });
  });

  const settings = Settings.parse({ version: 1, datastores: {}, storage: {} });
  const common = { version: 1 as const, stack: "s", vm: "vm1", generation: 1, target: "t", cloud: "c" };
  const order = {
    version: 1,
    work: { verb: "source", job: { ...common, disks: [] } },
    settings,
    cloud: null,
    logins: {},
  } as const;
  const withSecret: Order = {
    ...order,
    mayCopy: false,
    work: { ...order.work, job: { ...order.work.job, stack: SECRET, disks: [] } },
  };
  const lines: string[] = [];
  const perform = async (runner: SshRunner = ordinary): Promise<string> => {
    lines.length = 0;
    const reply = await supervise(sshRunner(runner, bundle, env), withSecret, new AbortController().signal, (line) =>
      lines.push(line),
    );
    return reply.kind === "report" ? reply.report.result : reply.kind;
  };
  const runs = (): number => readFileSync(join(home, "runs"), "utf8").trim().split("\n").length;
  const shipped = (): string => join(home, "far", ".cache", "wavelift");

  it("sends the program where it is missing, once, and again where it is damaged", async () => {
    assert.equal(await perform(), "done");
    assert.deepEqual(lines, ["sending the conversion program to the conversion host", "working"]);
    assert.equal(runs(), 3);
    assert.equal(await perform(), "done");
    assert.deepEqual([lines, runs()], [["working"], 4]);
    const [name = "", ...others] = readdirSync(shipped());
    assert.deepEqual(others, []);
    writeFileSync(join(shipped(), name), `console.log("not it");\n${FAKE_PROGRAM}`);
    assert.equal(await perform(), "done");
    assert.equal(readFileSync(join(shipped(), name), "utf8"), FAKE_PROGRAM);
  });

  it("does not run what arrived damaged, and leaves nothing of it", async () => {
    const cut = openLine(ordinary, sshCommandOf("0".repeat(64)), env, () => undefined);
    cut.write(FAKE_PROGRAM);
    cut.hangUp();
    assert.equal((await cut.ended).code, 93);
    assert.deepEqual(readdirSync(shipped()), []);
  });
  const sshCommandOf = (sha256: string): string => receiveCommand(ordinary, sha256);

  it("tries again when sshd drops the connection before it says anything", async () => {
    writeFileSync(join(home, "drop"), "");
    assert.equal(await perform(), "done");
    assert.match(lines.join("\n"), /the conversion host takes no more connections at this moment: trying again/);
  });

  it("keeps order and credentials out of arguments, environment and files", async () => {
    await perform();
    for (const file of ["arguments", "environment"]) {
      const text = readFileSync(join(home, file), "utf8");
      assert.ok(text.length > 0);
      assert.equal(text.includes(SECRET), false, `${file} hold a secret`);
    }
    const far = readdirSync(join(home, "far"), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    for (const { parentPath, name } of far)
      assert.equal(readFileSync(join(parentPath, name), "utf8").includes(SECRET), false, name);
  });

  it("gives up a line on which nothing is heard any more", async () => {
    const line = openLine(ordinary, `echo '${HELLO}'; exec sleep 60`, env, () => undefined, {
      silenceSeconds: 1,
      helloSeconds: 20,
    });
    const end = await line.ended;
    assert.deepEqual([end.heard, end.silentSeconds, end.signal], [true, 1, "SIGKILL"]);
    const verdict = judgeEnd(ordinary, end);
    assert.ok("fault" in verdict);
    assert.match(verdict.fault.message, /nothing was heard from conv1 for 1 s[^]*run again: it goes on/);
  });

  it("has a program that answers every heartbeat", async () => {
    const input = new PassThrough();
    let answers = 0;
    const { order: first } = holdLifeline(
      input,
      () => undefined,
      () => answers++,
    );
    input.write("the order\n\n\n");
    assert.equal(await first, "the order");
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(answers, 3);
  });

  it("says what to do without ssh, and when the program cannot be written", async () => {
    writeFileSync(join(home, "file"), "");
    await assert.rejects(
      perform({ ...ordinary, folder: `${home}/file` }),
      /folder \/[^]*\/file on conv1 cannot be written/,
    );
    env["PATH"] = join(home, "nothing");
    await assert.rejects(perform(), /ssh to conv1 did not run[^]*Is openssh-client installed here/);
  });

  it("asks nobody, checks host keys, forwards and shares nothing, reads no configuration", () => {
    const all = SshRunner.parse({
      ...{ kind: "ssh", host: "conv1", user: "mover", port: 2222 },
      ...{ identityFile: "/keys/id", knownHostsFile: "/keys/known" },
    });
    const given = sshArguments(all, "COMMAND");
    const options = given.filter((_, index) => given[index - 1] === "-o");
    for (const wanted of [
      ...[
        "BatchMode=yes",
        "StrictHostKeyChecking=yes",
        "UserKnownHostsFile=/keys/known",
        "GlobalKnownHostsFile=/dev/null",
      ],
      ...["IdentityFile=/keys/id", "IdentitiesOnly=yes", "IdentityAgent=none", "ForwardAgent=no", "ForwardX11=no"],
      ...[
        "ClearAllForwardings=yes",
        "ControlMaster=no",
        "ControlPath=none",
        "ServerAliveInterval=5",
        "ServerAliveCountMax=3",
      ],
      ...["EscapeChar=none", "PermitLocalCommand=no", "UpdateHostKeys=no"],
    ])
      assert.ok(options.includes(wanted), wanted);
    assert.deepEqual(given.slice(0, 3), ["-T", "-F", "none"]);
    assert.deepEqual(given.slice(-7), ["-l", "mover", "-p", "2222", "--", "conv1", "COMMAND"]);
    assert.deepEqual(sshArguments({ ...all, configFile: "/etc/ssh/w" }, "").slice(1, 3), ["-F", "/etc/ssh/w"]);
  });

  it("takes nothing in runners.yaml that means something to ssh or to a shell", () => {
    const refused: Record<string, string[]> = {
      host: ["-oProxyCommand=id", "a b", "a;id", "$(id)", "", "a\nb", "a@b"],
      user: ["-l", "a b", "$(id)", ""],
      node: ["-e", "node; id", "$(id)", "a b", "'", "~/node"],
      folder: ["-x", "a b", "$(id)", "a'b", "`id`", ""],
      identityFile: ["id", "/a b", "/%h", '/a"b', "/${HOME}/id"],
      knownHostsFile: ["known", "/a b"],
    };
    for (const [field, values] of Object.entries(refused))
      for (const value of values)
        assert.equal(
          RunnerSettings.safeParse({ kind: "ssh", host: "h", [field]: value }).success,
          false,
          `${field} ${value}`,
        );
    for (const host of ["conv1", "conv1.example.org", "10.0.0.1", "fd00::1", "host_1"])
      assert.equal(RunnerSettings.safeParse({ kind: "ssh", host }).success, true, host);
  });

  it("counts copies for each host apart", () => {
    const idOf = (runner: RunnerSettings): string | undefined =>
      conversionHosts(Settings.parse({ version: 1, datastores: {}, storage: {}, runner }))[0]?.id;
    const same = idOf({ ...ordinary, host: "CONV1", user: "x" });
    assert.equal(idOf(ordinary), same);
    assert.equal(new Set([idOf({ kind: "local" }), same, idOf({ ...ordinary, host: "conv2" })]).size, 3);
  });
});
