import assert from "node:assert/strict";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { mock } from "node:test";
import { ChildCommands, run, toolEnvironment } from "../../conversion/commands.ts";
import { SILENCE_MS } from "../../conversion/order.ts";
import { holdLifeline } from "../../conversion/watchdog.ts";

describe("tools", () => {
  it("see nothing of the operator's environment but what they need", () => {
    const env = {
      PATH: "/bin",
      HOME: "/h",
      CEPH_CONF: "c",
      OS_PASSWORD: "x",
      PULUMI_CONFIG_PASSPHRASE: "x",
      LANG: "de",
    };
    assert.deepEqual(toolEnvironment(env), { PATH: "/bin", HOME: "/h", CEPH_CONF: "c", LC_ALL: "C.UTF-8" });
  });
});

describe("a secret for a tool", () => {
  it("comes on descriptor 3, and neither in its arguments nor its environment", async function () {
    this.timeout(60_000);
    const commands = new ChildCommands();
    const script = "cat <&3; tr '\\0' ' ' < /proc/$$/cmdline; tr '\\0' ' ' < /proc/$$/environ";
    const told = await run(commands, "sh", ["-c", script], { secret: "s3cret word" });
    assert.equal(told.code, 0, told.stderr);
    assert.ok(told.stdout.startsWith("s3cret word"));
    assert.ok(!told.stdout.slice("s3cret word".length).includes("s3cret"));
    const deaf = await run(commands, "true", [], { secret: "x".repeat(1 << 20) });
    assert.equal(deaf.code, 0, "a tool that does not read it ends as it would");
  });
});

describe("the line to the launcher", () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ["setInterval", "Date"] });
  });
  afterEach(() => {
    mock.timers.reset();
  });
  function hold() {
    const input = new PassThrough();
    const lost: string[] = [];
    const { order } = holdLifeline(
      input,
      (reason) => lost.push(reason),
      () => undefined,
    );
    return { input, order, lost };
  }

  it("is lost when it is closed", async () => {
    const { input, order, lost } = hold();
    input.write("order\n");
    assert.equal(await order, "order");
    assert.deepEqual(lost, []);
    input.end();
    await once(input, "close");
    assert.deepEqual(lost, ["the launcher has hung up"]);
  });
  it("is lost after too long a silence, and not before", async () => {
    const { input, order, lost } = hold();
    mock.timers.tick(SILENCE_MS - 1000);
    input.write("order\n");
    await order;
    mock.timers.tick(SILENCE_MS - 1000);
    assert.deepEqual(lost, []);
    mock.timers.tick(1000);
    assert.deepEqual(lost, [`no heartbeat from the launcher for ${SILENCE_MS / 1000} s`]);
  });
});
