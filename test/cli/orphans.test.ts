import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { endOrphans } from "../../cli/orphans.ts";

describe("plugins of a killed engine", () => {
  let folder: string;
  let engine: Server;
  const started: ChildProcess[] = [];
  before(async () => {
    folder = realpathSync(mkdtempSync(path.join(tmpdir(), "wavelift-orphans-")));
    engine = createServer().listen(0, "127.0.0.1");
    await once(engine, "listening");
  });
  after(() => {
    for (const child of started) child.kill("SIGKILL");
    engine.close();
    rmSync(folder, { recursive: true });
  });

  /** A process that looks like a plugin of the engine at this port. */
  function plugin(port: number, cwd: string, seconds = 60): { child: ChildProcess; ended: Promise<unknown> } {
    const code = `setTimeout(() => {}, ${seconds * 1000})`;
    const child = spawn(process.execPath, ["-e", code, `127.0.0.1:${port}`], {
      cwd,
      argv0: path.join(folder, "pulumi-resource-fake"),
      stdio: "ignore",
    });
    started.push(child);
    return { child, ended: once(child, "exit") };
  }
  const deadPort = async (): Promise<number> => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, "close");
    return port;
  };

  it("may finish what they are at, then are ended; those of a living engine or another project are not", async () => {
    const dead = await deadPort();
    const { port } = engine.address() as AddressInfo;
    const orphan = plugin(dead, folder);
    const finishing = plugin(dead, folder, 0.3);
    const living = plugin(port, folder);
    const elsewhere = plugin(dead, tmpdir());
    await Promise.all(started.map((child) => once(child, "spawn").catch(() => undefined)));
    const lines: string[] = [];
    await endOrphans(folder, (line) => lines.push(line), 1500);
    assert.equal(lines.length, 1);
    await Promise.all([orphan.ended, finishing.ended]);
    assert.equal(orphan.child.signalCode, "SIGKILL");
    assert.equal(finishing.child.signalCode, null, "it had the time to end by itself");
    assert.equal(living.child.exitCode ?? living.child.signalCode, null);
    assert.equal(elsewhere.child.exitCode ?? elsewhere.child.signalCode, null);
  });
});
