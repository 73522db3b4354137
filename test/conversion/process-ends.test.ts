import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parentOf, startTicks } from "../../conversion/process-identity.ts";
import { localRunner } from "../../conversion/runner/local.ts";

const source = (name: string): string => JSON.stringify(join(import.meta.dirname, "../../conversion", name));
const long = ["sleep", "600"];

/** Each of the ways in which a writer is ended, by itself: none leans on another. No Ceph is needed. */
describe("what is started ends", function () {
  this.timeout(30_000);
  let folder: string;
  const started: number[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-ends-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
    for (const pid of started.splice(0)) if (startTicks(pid) !== null) process.kill(pid, "SIGKILL");
  });

  /** The first line of a program's standard output: a process number. */
  async function firstPid(output: AsyncIterable<unknown>): Promise<number> {
    for await (const chunk of output) {
      const pid = Number.parseInt(String(chunk), 10);
      assert.ok(pid > 0, String(chunk));
      started.push(pid);
      return pid;
    }
    throw new Error("no process number was printed");
  }

  async function isGone(pid: number): Promise<void> {
    for (let tries = 0; tries < 100 && startTicks(pid) !== null; tries++) await sleep(50);
    assert.equal(startTicks(pid), null, `process ${pid} is left`);
  }

  function runScript(text: string, wrapper: readonly string[] = []) {
    const file = join(folder, "script.mts");
    writeFileSync(file, text);
    const [command, ...args] = [...wrapper, process.execPath, "--import", "tsx", file];
    return spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  }

  it("with the program that started it, by the kernel alone", async () => {
    const program = runScript(
      `import { ChildCommands } from ${source("commands.ts")};
       const { pid } = new ChildCommands().start("sleep", ["600"]);
       setTimeout(() => console.log(pid), 300);`,
    );
    const tool = await firstPid(program.stdout);
    assert.notEqual(startTicks(tool), null);
    program.kill("SIGKILL");
    await isGone(tool);
  });

  /** A program whose tools do not die with it by themselves. */
  function stubbornProgram(): string {
    const file = join(folder, "program.mjs");
    writeFileSync(
      file,
      `import { spawn } from "node:child_process";
       console.error(spawn(${JSON.stringify(long[0])}, [${JSON.stringify(long[1])}], { stdio: "ignore" }).pid);
       process.stdin.resume();`,
    );
    return file;
  }

  for (const [what, end] of [
    ["when the program is killed", (program: number) => process.kill(program, "SIGKILL")],
    ["when the launcher ends the program", null],
  ] as const)
    it(`with the program's process group, by the launcher alone, ${what}`, async () => {
      const lines: string[] = [];
      const program = localRunner(stubbornProgram(), process.env).start((text) => lines.push(text));
      while (lines.length === 0) await sleep(20);
      const tool = Number.parseInt(lines.join(""), 10);
      started.push(tool);
      if (end === null) program.kill();
      else end(parentOf(tool) ?? assert.fail("the program is gone"));
      const { signal } = await program.ended;
      assert.equal(signal, "SIGKILL");
      await isGone(tool);
    });

  for (const who of ["plugin", "engine"])
    it(`with the ${who}: the launcher sees its death`, async () => {
      // "engine" (sh) starts "plugin" (sh), which starts the launcher; neither hands its signals on.
      const shells = ["sh", "-c", 'sh -c \'"$@" & wait\' plugin "$@" & wait', "engine"];
      const engine = runScript(
        `import { ancestors, watchAncestors } from ${source("ancestors.ts")};
         watchAncestors(ancestors(), (pid) => { console.log("dead " + pid); process.exit(); });
         console.log(process.ppid);
         setTimeout(() => undefined, 20_000);`,
        shells,
      );
      let printed = "";
      engine.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
      while (!printed.includes("\n")) await sleep(20);
      const victim = who === "engine" ? engine.pid : Number.parseInt(printed, 10);
      process.kill(victim ?? 0, "SIGKILL");
      for (let tries = 0; tries < 100 && !printed.includes("dead"); tries++) await sleep(50);
      assert.match(printed, new RegExp(`dead ${victim ?? 0}\n`));
      engine.kill("SIGKILL");
    });

  it("with the wavelift that started it, in order, though that was killed", async () => {
    const wavelift = runScript(
      `import { spawn } from "node:child_process";
       import { mortal } from ${JSON.stringify(join(import.meta.dirname, "../../cli/mortal.ts"))};
       spawn(...mortal("sh", ["-c", "trap 'echo INT; exit' INT; echo $$; while :; do sleep 0.1; done"]), { stdio: "inherit" });`,
    );
    let printed = "";
    wavelift.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
    while (!printed.includes("\n")) await sleep(20);
    const engine = Number.parseInt(printed, 10);
    started.push(engine);
    // The pipe ends with the last process that holds it; what was printed before it ended may be read after.
    const end = once(wavelift.stdout, "end");
    wavelift.kill("SIGKILL");
    await isGone(engine);
    await end;
    assert.match(printed, /INT/);
  });
});
