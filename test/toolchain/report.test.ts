import assert from "node:assert/strict";
import { exportLines, reportLines } from "../../toolchain/report.ts";
import { run } from "../../toolchain/run.ts";

describe("the report of the toolchain", () => {
  it("gives export lines that a shell takes literally", async () => {
    const hostile = "/a b/'$(id)`id`\"\\\n;#";
    const script = `${exportLines({ WAVELIFT_PROBE: hostile }).join("\n")}\nprintf %s "$WAVELIFT_PROBE"`;
    const answer = await run("sh", ["-c", script]);
    assert.equal(answer.stdout, hostile);
  });

  it("says for each part what is used and why", () => {
    const lines = reportLines({
      nodeVersion: "20.20.2",
      parts: [{ part: "cli", title: "CLI", version: "3.250.0", use: "build", path: "/c/pulumi", why: "no other way" }],
      pulumiHome: "/c/home",
      ownsHome: true,
      elapsedMs: 1,
    });
    assert.deepEqual(lines, [
      "Node.js 20.20.2",
      "CLI 3.250.0 (build): /c/pulumi",
      "    no other way",
      "PULUMI_HOME /c/home (Wavelift's own, in the cache)",
    ]);
  });
});

describe("running a program", () => {
  it("hands on its error lines as they come, and its failure as a value", async () => {
    const lines: string[] = [];
    const answer = await run("sh", ["-c", "echo one >&2; echo out; echo two >&2; exit 3"], {
      onErrorLine: (line) => lines.push(line),
    });
    assert.deepEqual([answer.exitCode, answer.stdout, lines], [3, "out", ["one", "two"]]);
    assert.equal(answer.stderr, "one\ntwo");
    const absent = await run("/nonexistent/go", ["version"], { onErrorLine: () => undefined });
    assert.equal(absent.exitCode, 127);
    assert.match(absent.stderr, /ENOENT/);
  });
});
