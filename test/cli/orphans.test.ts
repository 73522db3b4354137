import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { endOrphans, orphansOf, runMark, type RunProcess } from "../../cli/orphans.ts";
import { startTicks } from "../../conversion/process-identity.ts";

const one = (pid: number, args: string, ...ancestors: number[]): RunProcess => ({
  pid,
  args: args.split(" "),
  commanded: true,
  ancestors,
});

describe("what a killed run has left", () => {
  const engine = one(20, "/tools/pulumi up --stack w", 10, 5);
  const plugin = one(30, "/plugins/pulumi-resource-openstack 127.0.0.1:1", 20, 10, 5);
  const launcher = one(40, "node bin/convert.mjs import", 30, 20, 10, 5);

  it("is nothing while command and engine live", () => {
    assert.deepEqual(orphansOf([engine, plugin, launcher]), { engines: [], rest: [] });
  });
  it("is an engine whose wavelift is gone; what works for it is let alone", () => {
    const left = [engine, plugin].map((process) => ({ ...process, commanded: false }));
    assert.deepEqual(orphansOf(left), { engines: [20], rest: [] });
  });
  it("is every process whose engine is gone, but launchers, which end in order by themselves", () => {
    const plugins = [plugin, one(31, "node run/index.js", 29), one(29, "pulumi-language-nodejs 1")];
    const found = orphansOf([...plugins.map((left) => ({ ...left, ancestors: [] })), launcher]);
    assert.deepEqual(
      found.rest.map(({ pid }) => pid),
      [30, 31, 29],
    );
  });

  it("is ended before the next run, and no other stack's or backend's", async () => {
    const env = { ...process.env, PULUMI_BACKEND_URL: "file:///tmp/orphans" };
    const start = (stack: string, more: NodeJS.ProcessEnv = {}) =>
      spawn("sleep", ["600"], { env: { ...env, ...more, ...runMark(stack, { ...env, ...more }) }, stdio: "ignore" });
    const left = start("wave1");
    const others = [start("wave10"), start("wave1", { PULUMI_BACKEND_URL: "file:///tmp/other" })];
    try {
      await sleep(100);
      const said: string[] = [];
      // Its engine (there is none here) is what counts for a plugin: that this command lives does not save it.
      await endOrphans("wave1", (line) => said.push(line), env);
      assert.equal(startTicks(left.pid ?? 0), null);
      for (const { pid } of others) assert.notEqual(startTicks(pid ?? 0), null);
      assert.match(said.join("\n"), /^Stack wave1: ended what a killed run had left: sleep\.$/);
    } finally {
      for (const child of [left, ...others]) child.kill("SIGKILL");
    }
  });
});
