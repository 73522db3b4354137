import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttps } from "node:https";
import { createServer, type AddressInfo, type Server } from "node:net";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NovaServer } from "../../cloud/nova.ts";
import { systemClock } from "../../conversion/effects.ts";
import { messageOf } from "../../conversion/failure.ts";
import type { ReadyJob } from "../../conversion/job.ts";
import { readyServer } from "../../conversion/verbs/ready.ts";
import { tool } from "./support/tools.ts";
import { makeWorld, resultOf, STACK } from "./support/world.ts";

const serverId = "33333333-3333-4333-8333-333333333333";

describe("ready", function () {
  this.timeout(30_000);
  const servers: Server[] = [];
  after(() => {
    for (const server of servers) server.close();
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  }
  const job = (checks: ReadyJob["checks"], addresses: string[] = ["127.0.0.1"]): ReadyJob => ({
    version: 1,
    stack: STACK,
    vm: "vm1",
    generation: 1,
    target: "lab",
    cloud: "lab",
    disks: [],
    addresses,
    checks,
    timeoutSeconds: 10,
  });
  /** Time goes by only while the stage sleeps: no test waits for its time-out. */
  function run(ready: ReadyJob, nova: { server?: Partial<NovaServer> | null; console?: string } = {}) {
    let now = 0;
    const clock = { ...systemClock, now: () => now, sleep: (ms: number) => Promise.resolve(void (now += ms)) };
    const server = { id: serverId, name: "vm1", status: "ACTIVE", fault: null, metadata: {} };
    const world = makeWorld("/", {
      clock,
      nova: {
        getServer: () => Promise.resolve(nova.server === null ? null : { ...server, ...nova.server }),
        consoleOutput: () => Promise.resolve(nova.console ?? ""),
        computeHosts: () => Promise.resolve(null),
      },
    });
    return readyServer(world, { verb: "ready", job: ready, serverId, volumeIds: {} });
  }
  const fails = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error) => {
      assert.match(messageOf(error), message);
      return true;
    });
  /** A port that refuses: one that was free a moment ago. */
  async function closedPort(): Promise<number> {
    const server = createServer();
    const port = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    return port;
  }

  it("tcp: a connection is enough, a refused one is not", async () => {
    const port = await listen(createServer());
    assert.equal(resultOf(await run(job([{ kind: "tcp", port }]))), "ready");
    await fails(
      run(job([{ kind: "tcp", port: await closedPort() }])),
      /not ready after 10 s .*tcp 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/,
    );
  });
  it("ssh: only a greeting of SSH will do", async () => {
    const ssh = await listen(createServer((socket) => socket.end("welcome\r\nSSH-2.0-Test_1\r\n")));
    assert.equal(resultOf(await run(job([{ kind: "ssh", port: ssh }]))), "ready");
    const other = await listen(createServer((socket) => socket.end("220 mail\r\n")));
    await fails(run(job([{ kind: "ssh", port: other }])), /closed without an SSH greeting/);
  });
  it("http: the status must fit", async () => {
    const answer = (status: number) =>
      createServer((socket) =>
        socket
          .on("data", () => socket.end(`HTTP/1.1 ${status} X\r\ncontent-length: 0\r\n\r\n`))
          .on("error", () => undefined),
      );
    const [good, bad] = [await listen(answer(200)), await listen(answer(503))];
    assert.equal(resultOf(await run(job([{ kind: "http", url: `http://{address}:${good}/`, status: 200 }]))), "ready");
    await fails(run(job([{ kind: "http", url: `http://{address}:${bad}/`, status: 200 }])), /status 503, expected 200/);
  });
  it("https: a certificate that nobody vouches for is refused, with its authority it is taken", async () => {
    const folder = mkdtempSync(join(tmpdir(), "wavelift-tls-"));
    const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
    tool(
      "openssl",
      "req",
      "-x509",
      "-newkey",
      "ec",
      "-pkeyopt",
      "ec_paramgen_curve:P-256",
      "-nodes",
      "-days",
      "2",
      "-subj",
      "/CN=x",
      "-addext",
      "subjectAltName=IP:127.0.0.1",
      "-keyout",
      key,
      "-out",
      cert,
    );
    const port = await listen(
      createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end("ok")),
    );
    const check = { kind: "http" as const, url: `https://{address}:${port}/`, status: 200 };
    await fails(run(job([check])), /its certificate is not trusted/);
    assert.equal(resultOf(await run(job([{ ...check, caFile: cert }]))), "ready");
    rmSync(folder, { recursive: true });
  });
  it("ping: an address that answers, and one that is no option", async () => {
    assert.equal(resultOf(await run(job([{ kind: "ping" }]))), "ready");
    await fails(run(job([{ kind: "ping", address: "240.0.0.1" }])), /ping 240\.0\.0\.1 \(/);
  });
  it("console: the pattern of the plan", async () => {
    const console = "booting\r\n\u001b[32mweb01 ready\u001b[0m\r\n";
    assert.equal(resultOf(await run(job([{ kind: "console", pattern: "^web\\d+ ready$" }]), { console })), "ready");
    await fails(run(job([{ kind: "console", pattern: "^never$" }]), { console }), /not on the console/);
    await fails(
      run(job([{ kind: "console", pattern: "(" }]), { console }),
      /the pattern of the check is no regular expression/,
    );
  });
  it("all checks must succeed", async () => {
    const port = await listen(createServer());
    await fails(
      run(
        job([
          { kind: "tcp", port },
          { kind: "tcp", port: await closedPort() },
        ]),
      ),
      /not ready after 10 s/,
    );
  });
  it("by default any answer of the first address will do, else a login on the console", async () => {
    assert.equal(resultOf(await run(job([]))), "ready");
    assert.equal(resultOf(await run(job([], []), { console: "web01 login: " })), "ready");
    await fails(run(job([], []), { console: "(initramfs) " }), /not ready/);
  });
  it("shows the end of the console in the error, without what steers a terminal", async () => {
    const console = `${"noise\n".repeat(50)}\u001b[2J(initramfs) \u0007`;
    await fails(run(job([], []), { console }), /\n {2}\| \(initramfs\)/);
    await assert.rejects(run(job([], []), { console }), (error) => {
      const lines = messageOf(error)
        .split("\n")
        .filter((line) => line.startsWith("  | "));
      assert.equal(lines.length, 15);
      assert.doesNotMatch(messageOf(error), /[\u001b\u0007]/);
      return true;
    });
  });
  it("fails at once when Nova says ERROR, with its reason, or when the server is gone", async () => {
    await fails(
      run(job([]), { server: { status: "ERROR", fault: "No valid host was found." } }),
      /is in ERROR: No valid host was found\./,
    );
    await fails(run(job([]), { server: null }), /there is no server 33333333/);
  });
});
