import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { memoryWritingOptions } from "../../cloud/memory.ts";

const module = join(import.meta.dirname, "../../cloud/memory.ts");

describe("what is in the memory", function () {
  this.timeout(30_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-core-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Runs node in the folder with core files allowed; `code` runs after the guard, or without it. */
  const run = (guarded: boolean, code: string, options: readonly string[] = []) => {
    const guard = `const { keepMemoryPrivate } = await import(${JSON.stringify(module)}); keepMemoryPrivate();`;
    const tsx = join(import.meta.dirname, "../../node_modules/tsx/dist/esm/index.mjs");
    const node = [process.execPath, ...options, "--import", tsx, "--input-type=module", "-e"];
    return spawnSync("prlimit", ["--core=unlimited", "--", ...node, `${guarded ? guard : ""}${code}`], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, A_SECRET: "in-the-environment" },
    });
  };
  const abort = "process.kill(process.pid, 'SIGABRT'); setInterval(() => {}, 1000);";

  it("is in no core file, of the process and of what it starts, not even through a pipe of core_pattern", () => {
    const { stdout } = run(
      true,
      `const { spawnSync } = await import("node:child_process");
       const child = spawnSync("sh", ["-c", "cat /proc/self/limits; kill -SEGV $$"], { encoding: "utf8" });
       console.log(child.stdout, child.signal);`,
    );
    assert.match(stdout, /^Max core file size +1 +1 +bytes/m, "1: nothing to a file, and nothing to a pipe either");
    assert.match(stdout, /SIGSEGV/);
    assert.equal(run(true, abort).signal, "SIGABRT");
    assert.deepEqual(readdirSync(folder), []);
    // The proof that there would be one: where this machine writes them as files beside the process.
    if (/^[^/|]/.test(readFileSync("/proc/sys/kernel/core_pattern", "utf8"))) {
      run(false, abort);
      assert.notEqual(readdirSync(folder).length, 0, "without the guard there is no core file either");
    }
  });

  it("is in no report of node, whose options ask for one", () => {
    const options = ["--report-uncaught-exception", "--report-on-fatalerror", "--report-on-signal"];
    assert.equal(run(true, "throw new Error('x')", options).status, 1);
    assert.deepEqual(readdirSync(folder), []);
    run(false, "throw new Error('x')", options);
    assert.equal(readdirSync(folder).length, 1, "without the guard there is no report either");
  });

  it("is not written as a snapshot of the heap: such an option is refused", () => {
    const { status, stderr } = run(true, "", ["--heapsnapshot-near-heap-limit=1"]);
    assert.notEqual(status, 0);
    assert.match(stderr, /--heapsnapshot-near-heap-limit=1 makes node write its memory/);
    assert.deepEqual(
      memoryWritingOptions([], "--max-old-space-size=99  --heapsnapshot-signal=SIGUSR2 --use-openssl-ca"),
      ["--heapsnapshot-signal=SIGUSR2"],
    );
  });
});
