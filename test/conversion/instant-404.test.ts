import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../conversion/commands.ts";
import { systemClock } from "../../conversion/effects.ts";
import { servedDisk } from "../../conversion/gateway/served-disk.ts";
import { gatewayServer, listen } from "../../conversion/gateway/server.ts";
import { probeGateway } from "../../conversion/gateway/probe.ts";
import { newToken, urlOf } from "../../conversion/gateway/url.ts";
import { unlimitedRate } from "../../conversion/limits/bandwidth.ts";
import type { RandomContents } from "../../conversion/source/contents.ts";
import { imageNode } from "./support/images.ts";
import { migrations } from "./support/instant.ts";
import { commands, needLab } from "./support/tools.ts";

const SIZE = 64 << 20;
const pace = { rate: unlimitedRate, isCopy: () => false };
const shape = { features: ["layering", "exclusive-lock"], objectBytes: 4 << 20 };

/** Length of a read that nobody else does: after it, the source goes. */
const MARKED = 12_288;

/** What stands behind the gateway: every byte 0x61, while the source is there. */
const source = (isThere: () => boolean, onRead: (length: number) => void): RandomContents => ({
  kind: "random",
  depth: 4,
  extents: (window) => Promise.resolve([{ ...window, zero: false }]),
  read: ({ length }, into) => {
    if (!isThere()) return Promise.reject(new Error("ENOENT: the file is gone"));
    into.fill(0x61);
    onRead(length);
    return Promise.resolve();
  },
  close: () => Promise.resolve(),
});

/** Why only our own gateway may be read from, shown with the real librbd. */
describe("an image that reads from a source that goes away", function () {
  this.timeout(600_000);
  let there = true;
  let afterRead = (): void => undefined;
  const token = newToken();
  const made: string[] = [];
  const servers: Server[] = [];
  const folder = mkdtempSync(join(tmpdir(), "wavelift-404-"));

  before(needLab);
  after(async () => {
    there = true;
    for (const image of made) await migrations.abort(image);
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    rmSync(folder, { recursive: true });
  });

  /** An image that reads from this server. */
  async function imageOf(server: Server): Promise<string> {
    await listen(server, "127.0.0.1", 0);
    servers.push(server);
    const { port } = server.address() as AddressInfo;
    const image = `wavelift-404-${process.pid}-${port}`;
    made.push(image);
    await migrations.prepare(image, urlOf({ address: "127.0.0.1", port, token }), shape, folder);
    return image;
  }
  /** Reads 16 bytes with the image open from before the source goes, as a running guest's is. */
  async function readAfterwards(image: string, change: () => void): Promise<string> {
    afterRead = change;
    const { stdout, stderr } = await run(commands, "qemu-io", [
      ...["-r", "-c", `read 0 ${MARKED}`, "-c", "sleep 500", "-c", "read -v 8388608 16"],
      ...["--image-opts", imageNode(image)],
    ]);
    afterRead = () => undefined;
    return `${stdout}${stderr}`;
  }
  const fromFile = (status: () => number): Server =>
    createServer((request, response) => {
      const [, first = "0", last = "0"] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? "") ?? [];
      if (status() !== 200) response.writeHead(status(), { "content-length": 0 }).end();
      else if (request.method === "HEAD") response.writeHead(200, { "content-length": SIZE }).end();
      else {
        const length = Number(last) - Number(first) + 1;
        response.writeHead(206).end(Buffer.alloc(length, 0x61));
        if (length === MARKED) afterRead();
      }
    });

  it("reads zeroes, without a word, from a server that says 404", async () => {
    const image = await imageOf(fromFile(() => (there ? 200 : 404)));
    const text = await readAfterwards(image, () => (there = false));
    there = true;
    assert.match(text, /00800000: {2}00 00 00 00 00 00 00 00/, text);
    assert.doesNotMatch(text, /error/i);
  });

  it("reads an error from our gateway, never zeroes, and goes on when the source is back", async () => {
    const log = (): void => undefined;
    const onRead = (length: number): void => {
      if (length === MARKED) afterRead();
    };
    const open = () => Promise.resolve(source(() => there, onRead));
    const disk = servedDisk({ clock: systemClock, log, open, capacityBytes: SIZE, sizeBytes: SIZE, etag: '"e"' });
    const image = await imageOf(gatewayServer(disk, token, pace, log));
    const text = await readAfterwards(image, () => (there = false));
    assert.match(text, /Input\/output error/, text);
    assert.doesNotMatch(text, /00800000: {2}00 00/);
    there = true;
    assert.match(await readAfterwards(image, () => undefined), /00800000: {2}61 61 61 61/);
  });

  it("is not made to read from what says 404, or gives another size", async () => {
    const [plain, gateway] = servers.map((server) => (server.address() as AddressInfo).port);
    assert.ok(plain !== undefined && gateway !== undefined);
    const probe = (port: number, size: number) => probeGateway({ address: "127.0.0.1", port, token }, "disk1", size);
    await probe(gateway, SIZE);
    await assert.rejects(probe(gateway, SIZE * 2), /HEAD: status 200, 67108864 bytes, expected 200, 134217728/);
    await assert.rejects(probe(plain, SIZE), /a path that is not there: status 206, expected 503/);
    there = false;
    await assert.rejects(probe(plain, SIZE), /status 404, expected 503: librbd would read zeroes/);
    there = true;
  });
});
