import assert from "node:assert/strict";
import { randomBytes, X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createServer, type TLSSocket } from "node:tls";
import { Failure } from "../../conversion/failure.ts";
import { SourceFault } from "../../conversion/source/contents.ts";
import { FolderRequests } from "../../conversion/source/folder-requests.ts";
import { RangeConnection, Unusual } from "../../conversion/source/range-connection.ts";
import { rangeHead, rangeRequest } from "../../conversion/source/range-head.ts";
import { plainThumbprint, tlsConnector } from "../../inventory/vsphere/tls-connector.ts";
import { makeCertificate } from "../cloud/certificates.ts";

const BYTES = 300_000;
const data = randomBytes(BYTES);
const head = (...lines: string[]): string =>
  ["HTTP/1.1 206 Partial Content", ...lines, `Content-Range: bytes 0-${BYTES - 1}/${BYTES}`, "", ""].join("\r\n");
const plain = head(`Content-Length: ${BYTES}`);

/** Ranges that come straight to their place, of a server that answers what the test says. */
describe("ranges over HTTPS", function () {
  this.timeout(20_000);
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-ranges-"));
  const { key, cert, ca } = makeCertificate(folder, "IP:127.0.0.1");
  /** Answers one request. */
  let answer: (socket: TLSSocket) => unknown = () => undefined;
  let connections = 0;
  let requests = "";
  const server = createServer({ key, cert }, (socket) => {
    connections += 1;
    socket.on("error", () => undefined);
    socket.on("data", (text: Buffer) => {
      requests += text.toString("latin1");
      void answer(socket);
    });
  });
  let origin = "";
  let ways: FolderRequests;
  const settings = { url: new URL("https://127.0.0.1"), username: "", password: () => "", caPem: ca, thumbprint: null };
  const open = (thumbprint: string | null = null): FolderRequests =>
    new FolderRequests((onread) => tlsConnector({ ...settings, thumbprint }, 5000, onread), 8);

  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => {
    [connections, requests] = [0, ""];
    ways = open();
  });
  afterEach(() => ways.close());

  /** Between two other blocks, whose bytes must stay. */
  const memory = Buffer.from(new SharedArrayBuffer(3 * BYTES));
  const place = memory.subarray(BYTES, 2 * BYTES);
  const read = async (requested = ways, straight = true): Promise<number> => {
    memory.fill(7);
    const headers = { range: `bytes=0-${BYTES - 1}`, cookie: "a=b" };
    const filled = await requested.send({ origin, path: "/f?x=y", headers, disk: "d", straight }, (one) => {
      assert.equal(one.status, 206);
      return one.fill(place);
    });
    const around = [memory.subarray(0, BYTES), memory.subarray(2 * BYTES)];
    assert.ok(around.every((bytes) => bytes.every((byte) => byte === 7)));
    return filled;
  };
  const expectData = async (requested?: FolderRequests): Promise<void> => {
    assert.equal(await read(requested), BYTES);
    assert.ok(place.equals(data), "other bytes");
  };

  it("come whole, however they are cut, over one connection", async () => {
    const whole = Buffer.concat([Buffer.from(plain), data]);
    const cuts = [[], [5], [plain.length - 2], [plain.length], [plain.length + 1, 100_000], [1, 2, 3, 16_384, 200_000]];
    for (const cut of cuts) {
      answer = async (socket) => {
        for (const [index, from] of [0, ...cut].entries()) {
          socket.write(whole.subarray(from, cut[index] ?? whole.length));
          await sleep(5);
        }
      };
      await expectData();
    }
    assert.equal(connections, 1);
    const host = origin.slice("https://".length);
    const request = `GET /f?x=y HTTP/1.1\r\nhost: ${host}\r\nrange: bytes=0-299999\r\ncookie: a=b\r\n\r\n`;
    assert.equal(requests, request.repeat(cuts.length));
  });

  it("come side by side, each over a connection of its own", async () => {
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(plain), data]));
    const places = Array.from({ length: 8 }, () => Buffer.alloc(BYTES));
    const each = places.map((into) =>
      ways.send({ origin, path: "/f", headers: {}, disk: "d", straight: true }, (one) => one.fill(into)),
    );
    await Promise.all(each);
    assert.ok(places.every((into) => into.equals(data)));
    assert.equal(connections, 8);
  });

  for (const [what, text] of [
    ["that has no length", head("Transfer-Encoding: chunked")],
    ["whose length is said twice", head(`Content-Length: ${BYTES}`, `Content-Length: ${BYTES}`)],
    ["whose length is no number", head("Content-Length: 3e5")],
    ["with a line that is none", head(`Content-Length: ${BYTES}`, "X")],
    ["with a folded line", head(`Content-Length: ${BYTES}`, "X: a", " b")],
    ["of HTTP/1.0", plain.replace("1.1", "1.0")],
    ["that is no answer", "SSH-2.0-OpenSSH\r\n\r\n"],
    ["whose head does not end", "x".repeat(70_000)],
  ] as const)
    it(`are not read here of an answer ${what}`, async () => {
      answer = (socket) => socket.write(Buffer.concat([Buffer.from(text), data]));
      await assert.rejects(read(), Unusual);
    });

  it("are asked for by the library at once when three answers in a row were unusual", async () => {
    const chunk = Buffer.concat([Buffer.from(`${BYTES.toString(16)}\r\n`), data, Buffer.from("\r\n0\r\n\r\n")]);
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(head("Transfer-Encoding: chunked")), chunk]));
    for (let tries = 0; tries < 3; tries += 1) await assert.rejects(read(), Unusual);
    await expectData();
  });

  it("are never more than was said: the connection ends, and what came too much is nobody's", async () => {
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(plain), data, Buffer.from("more")]));
    await read().catch(() => undefined);
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(plain), data]));
    await sleep(20);
    await expectData();
    assert.equal(connections, 2);
    answer = (socket) => socket.write(head(`Content-Length: ${BYTES + 1}`));
    await assert.rejects(read(), /more than the 300000 bytes of the range came/);
  });

  it("that break off are a fault that may heal", async () => {
    answer = (socket) => socket.end(Buffer.concat([Buffer.from(plain), data.subarray(0, 1000)]));
    const error: unknown = await read().catch((fault: unknown) => fault);
    assert.ok(error instanceof SourceFault, String(error));
    assert.match(error.message, /^d: 127\.0\.0\.1:\d+: .*\(ECONNRESET\)$/);
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(plain), data]));
    await expectData();
  });

  it("over a connection that the server wants to close are the last there", async () => {
    answer = (socket) =>
      socket.write(Buffer.concat([Buffer.from(head(`Content-Length: ${BYTES}`, "Connection: close")), data]));
    await expectData();
    await expectData();
    assert.equal(connections, 2);
  });

  it("of a server that falls silent end", async () => {
    answer = (socket) => socket.write(plain);
    const connector = (onread: Parameters<typeof tlsConnector>[2]) => tlsConnector(settings, 5000, onread);
    const connection = await RangeConnection.open(connector, new URL(origin), 200);
    const range = await connection.request("h", "/", {});
    await assert.rejects(range.fill(place), /silent for 0.2 s/);
    assert.equal(connection.isFree, false);
  });

  it("are not asked for of a server with another certificate, and are with the pinned one", async () => {
    answer = (socket) => socket.write(Buffer.concat([Buffer.from(plain), data]));
    const wrong = open("ab".repeat(32));
    const error: unknown = await read(wrong).catch((fault: unknown) => fault);
    assert.ok(error instanceof Failure, String(error));
    assert.match(error.message, /its certificate is not trusted: it shows another certificate than the pinned one/);
    const unknown = new FolderRequests((onread) => tlsConnector({ ...settings, caPem: null }, 5000, onread), 1);
    await assert.rejects(read(unknown), /its certificate is not trusted/);
    assert.equal(requests, "");
    const pinned = open(plainThumbprint(new X509Certificate(cert).fingerprint256));
    await expectData(pinned);
    for (const one of [wrong, unknown, pinned]) await one.close();
  });

  it("tell what a server says of its refusal", async () => {
    answer = (socket) => socket.write("HTTP/1.1 503 No\r\nContent-Length: 4\r\n\r\nwhy!");
    const told = await ways.send({ origin, path: "/", headers: {}, disk: "d", straight: true }, async (one) => [
      one.status,
      await one.text(3),
    ]);
    assert.deepEqual(told, [503, "why"]);
  });

  it("are asked for in words that are one request", () => {
    assert.throws(() => rangeRequest("h", "/a b", {}));
    assert.throws(() => rangeRequest("h", "/a\r\nx: y", {}));
    assert.throws(() => rangeRequest("h", "/a", { cookie: "a\r\nx: y" }));
    assert.deepEqual(rangeHead('HTTP/1.1 206 OK\r\nContent-Length: 5\r\nETag:  "x" '), {
      ...{ status: 206, headers: { "content-length": "5", etag: '"x"' }, bytes: 5, stays: true },
    });
  });
});
