import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ChildCommands } from "../../conversion/commands.ts";
import { systemClock, type Commands, type Started } from "../../conversion/effects.ts";
import { endInOrder } from "../../conversion/end-in-order.ts";
import { NbdConnection } from "../../conversion/nbd/connection.ts";
import { serveCommand } from "../../conversion/nbd/serve.ts";
import { startTicks } from "../../conversion/process-identity.ts";
import { openWriter } from "../../conversion/rbd/writer.ts";
import { fakeRbd } from "./support/fake-rbd.ts";

/** No server of a disk may make a stage wait for ever, whenever it is told to end. No Ceph is needed. */
describe("NBD servers that are told to end", function () {
  this.timeout(60_000);
  const commands = new ChildCommands();
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-nbd-"));
  });
  afterEach(() => {
    commands.killAll();
    rmSync(folder, { recursive: true });
  });
  const quick = [
    ["SIGTERM", 300],
    ["SIGTERM", 300],
    ["SIGKILL", 0],
  ] as const;

  /** A shell that does `onTerm` at each SIGTERM, once it says that it listens to it. */
  async function shell(onTerm: string): Promise<Started> {
    let onUp: () => void = () => undefined;
    const up = new Promise<void>((resolve) => (onUp = resolve));
    const script = `count=0; trap 'count=$((count + 1)); ${onTerm}' TERM; echo up; while :; do sleep 0.02; done`;
    const child = commands.start("sh", ["-c", script], { onStdout: onUp });
    await up;
    return child;
  }

  it("end in order, at the second time of asking, or by force", async () => {
    for (const [onTerm, code, signal] of [
      ["exit 7", 7, null],
      ["if [ $count = 2 ]; then exit 8; fi", 8, null],
      [":", null, "SIGKILL"],
    ] as const) {
      const child = await shell(onTerm);
      await endInOrder([child], quick);
      const ended = await child.ended;
      assert.deepEqual([ended.code, ended.signal], [code, signal]);
    }
  });

  it("end whenever they are told to: qemu-nbd in any moment of its start", async () => {
    const disk = join(folder, "disk.raw");
    writeFileSync(disk, "");
    truncateSync(disk, 2 ** 20);
    const servers: Started[] = [];
    for (let delay = 0; delay < 100; delay += 10) {
      const child = commands.start("qemu-nbd", ["--persistent", "--socket", join(folder, `${delay}.sock`), disk]);
      await sleep(delay);
      child.kill("SIGTERM");
      servers.push(child);
    }
    await endInOrder(servers, quick);
    for (const { pid } of servers) assert.equal(startTicks(pid), null);
  });

  it("do not hold up the fault of another one: the message comes, and none is left", async () => {
    const pids: number[] = [];
    let started = 0;
    const watched: Commands = {
      start: (tool, args, options) => {
        const child = commands.start(tool, args, options);
        pids.push(child.pid);
        return child;
      },
    };
    const command = (socket: string): readonly [string, readonly string[]] => {
      started += 1;
      return started === 1
        ? ["sh", ["-c", "sleep 1; echo out of luck >&2; exit 1"]]
        : [
            "sh",
            [
              "-c",
              `touch '${socket}'; trap 'n=$((n + 1)); if [ $n = 2 ]; then exit; fi' TERM; while :; do sleep 0.1; done`,
            ],
          ];
    };
    await assert.rejects(
      serveCommand({ commands: watched, clock: systemClock, folder }, "vm1-disk-1", command, {
        ...{ servers: 2, connections: 1, depth: 1 },
      }),
      /vm1-disk-1: the source cannot be opened: sh: out of luck/,
    );
    assert.equal(pids.length, 2);
    for (const pid of pids) assert.equal(startTicks(pid), null);
  });

  it("do not hold up a run that cannot look at its image: the writer of an image ends, too", async () => {
    const pids: number[] = [];
    const deaf: Commands = {
      start: (_tool, args, options) => {
        const script = "trap 'n=$((n + 1)); if [ $n = 2 ]; then exit; fi' TERM; while :; do sleep 0.1; done";
        const child = commands.start("sh", ["-c", script], options);
        pids.push(child.pid);
        // It serves by now, and so it is asked who holds the image.
        writeFileSync(args[args.indexOf("--pid-file") + 1] ?? "", "");
        return child;
      },
    };
    const rbd = {
      ...fakeRbd(),
      watchers: () => sleep(1000).then(() => Promise.reject(new Error("no answer of Ceph"))),
    };
    await assert.rejects(openWriter(deaf, systemClock, rbd, "volume-1", folder, 1), /no answer of Ceph/);
    assert.equal(pids.length, 1);
    for (const pid of pids) assert.equal(startTicks(pid), null);
  });

  it("and take connections all the same are given up", async () => {
    const path = join(folder, "silent.sock");
    const silent: Server = createServer(() => undefined).listen(path);
    await once(silent, "listening");
    try {
      await assert.rejects(
        NbdConnection.open(path, "vm1-disk-1", 200),
        /vm1-disk-1: the server did not greet within 0\.2 s/,
      );
    } finally {
      silent.close();
    }
  });
});
