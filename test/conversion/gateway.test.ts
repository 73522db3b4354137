import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect, type AddressInfo } from "node:net";
import fc from "fast-check";
import { Agent } from "undici";
import { systemClock } from "../../conversion/effects.ts";
import { ownsConnection } from "../../conversion/gateway/own-connection.ts";
import { servedDisk, type ServedDisk } from "../../conversion/gateway/served-disk.ts";
import { alivePath, diskPath, gatewayServer, listen } from "../../conversion/gateway/server.ts";
import { unlimitedRate } from "../../conversion/limits/bandwidth.ts";
import { SourceFault, type Contents, type RandomContents } from "../../conversion/source/contents.ts";

const TOKEN = "0".repeat(48);
const CAPACITY = 300_001;
const SIZE = 524_288;
const ETAG = '"f1"';
const pace = { rate: unlimitedRate, isCopy: () => false };
const bytes = randomBytes(CAPACITY);
const file = Buffer.concat([bytes, Buffer.alloc(SIZE - CAPACITY)]);

/** A source in memory; `fault` decides whether a read fails. Holes read as zeroes and are never read. */
function contents(fault: () => Error | null = () => null): RandomContents {
  return {
    kind: "random",
    depth: 2,
    extents: (window) => Promise.resolve([{ ...window, zero: false }]),
    read: ({ offset, length }, into) => {
      const error = fault();
      if (error !== null) return Promise.reject(error);
      bytes.copy(into, 0, offset, offset + length);
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}

interface Gateway {
  readonly port: number;
  readonly disk: ServedDisk;
  readonly ask: (path: string, headers?: Record<string, string>, method?: string) => Promise<Response>;
}

describe("the gateway", () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function serve(open: () => Promise<Contents>, patienceMs = 2_000): Promise<Gateway> {
    const log = (): void => undefined;
    const clock = systemClock;
    const disk = servedDisk({ clock, log, open, capacityBytes: CAPACITY, sizeBytes: SIZE, etag: ETAG, patienceMs });
    const server = gatewayServer(disk, TOKEN, pace, log);
    await listen(server, "127.0.0.1", 0);
    const { port } = server.address() as AddressInfo;
    closers.push(async () => {
      server.closeAllConnections();
      server.close();
      await disk.close();
    });
    const ask = (path: string, headers = {}, method = "GET"): Promise<Response> =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers, method });
    return { port, disk, ask };
  }
  const path = diskPath(TOKEN);
  const body = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

  it("gives exactly the range that is asked for, padded with zeroes to the volume's size", async () => {
    const { ask } = await serve(() => Promise.resolve(contents()));
    const window = fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1));
    await fc.assert(
      fc.asyncProperty(window, async ([one, other]) => {
        const [first, last] = [Math.min(one, other), Math.max(one, other)];
        const answer = await ask(path, { range: `bytes=${first}-${last}` });
        assert.equal(answer.status, 206);
        assert.equal(answer.headers.get("content-range"), `bytes ${first}-${last}/${SIZE}`);
        assert.equal(answer.headers.get("content-length"), String(last - first + 1));
        assert.ok((await body(answer)).equals(file.subarray(first, last + 1)));
      }),
      { numRuns: 60 },
    );
  });

  it("tells the size, and gives the whole", async () => {
    const { ask } = await serve(() => Promise.resolve(contents()));
    const head = await ask(path, {}, "HEAD");
    assert.deepEqual(
      [head.status, head.headers.get("content-length"), head.headers.get("accept-ranges"), head.headers.get("etag")],
      [200, String(SIZE), "bytes", ETAG],
    );
    const all = await ask(path);
    assert.equal(all.status, 200);
    assert.ok((await body(all)).equals(file));
    const changed = await ask(path, { range: "bytes=0-9", "if-range": '"other"' });
    assert.deepEqual([changed.status, (await body(changed)).length], [200, SIZE]);
  });

  it("answers what is past the end with 416", async () => {
    const { ask } = await serve(() => Promise.resolve(contents()));
    const answer = await ask(path, { range: `bytes=${SIZE}-` });
    assert.deepEqual([answer.status, answer.headers.get("content-range")], [416, `bytes */${SIZE}`]);
  });

  it("never answers 404: librbd would read zeroes", async () => {
    const { ask } = await serve(() => Promise.reject(new Error("ENOENT: no such file")));
    const asked = ["/", "/disk.raw", `/${"1".repeat(48)}/disk.raw`, `${path}/`, `${path}?x=1`, path, `/${TOKEN}/other`];
    for (const one of asked)
      for (const method of ["GET", "HEAD"])
        for (const range of ["bytes=0-99", "bytes=0-"]) {
          const { status } = await ask(one, { range }, method);
          assert.equal(status, 503, `${method} ${one}`);
        }
    assert.equal((await ask(alivePath(TOKEN))).status, 204);
  });

  it("answers a source that is gone with 503, and goes on when it is back", async () => {
    let gone = false;
    const { ask } = await serve(() => Promise.resolve(contents(() => (gone ? new Error("ENOENT") : null))));
    const status = async (): Promise<number> => (await ask(path, { range: "bytes=0-99" })).status;
    assert.equal(await status(), 206);
    gone = true;
    assert.equal(await status(), 503);
    assert.equal((await ask(path, {}, "HEAD")).status, 503);
    gone = false;
    assert.equal(await status(), 206);
  });

  it("waits for a fault that heals, and opens the source anew", async () => {
    let opened = 0;
    const { ask } = await serve(() => {
      opened += 1;
      const broken = opened === 1;
      return Promise.resolve(contents(() => (broken ? new SourceFault("the connection broke") : null)));
    });
    const answer = await ask(path, { range: "bytes=5-9" });
    assert.equal(answer.status, 206);
    assert.ok((await body(answer)).equals(file.subarray(5, 10)));
    assert.equal(opened, 2);
  });

  it("breaks the connection where a fault comes after the headers, and never ends an answer early", async () => {
    const large = 80 * 1024 * 1024;
    let reads = 0;
    const failing: RandomContents = {
      ...contents(),
      read: (_window, into) => {
        reads += 1;
        into.fill(7);
        return reads > 3 ? Promise.reject(new Error("EIO")) : Promise.resolve();
      },
    };
    const log = (): void => undefined;
    const open = (): Promise<Contents> => Promise.resolve(failing);
    const disk = servedDisk({ clock: systemClock, log, open, capacityBytes: large, sizeBytes: large, etag: ETAG });
    const server = gatewayServer(disk, TOKEN, pace, log);
    await listen(server, "127.0.0.1", 0);
    closers.push(() => {
      server.close();
      return Promise.resolve();
    });
    const { port } = server.address() as AddressInfo;
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { range: `bytes=0-${large - 1}` } });
    assert.equal(answer.status, 206);
    await assert.rejects(answer.arrayBuffer());
  });

  it("gives nothing more once the source has changed", async () => {
    const { ask, disk } = await serve(() => Promise.resolve(contents()));
    assert.equal((await ask(path, { range: "bytes=0-9" })).status, 206);
    disk.refuse("the source has changed");
    for (const range of ["bytes=0-9", `bytes=${SIZE - 9}-`]) assert.equal((await ask(path, { range })).status, 503);
  });

  it("takes no source that comes as one stream", async () => {
    let closed = false;
    const stream: Contents = {
      kind: "stream",
      pieces: () => {
        throw new Error("not asked for");
      },
      close: () => Promise.resolve(void (closed = true)),
    };
    const { ask, disk } = await serve(() => Promise.resolve(stream));
    await assert.rejects(disk.read({ offset: 0, length: 1 }), /only as one stream/);
    assert.equal(closed, true);
    assert.equal((await ask(path, { range: "bytes=0-9" })).status, 503);
  });

  it("holds back the copy's connection, and nobody else's", async () => {
    const mine = new Agent();
    const taken: number[] = [];
    const rate = { take: (length: number) => Promise.resolve(void taken.push(length)) };
    const log = (): void => undefined;
    const open = (): Promise<Contents> => Promise.resolve(contents());
    const disk = servedDisk({ clock: systemClock, log, open, capacityBytes: CAPACITY, sizeBytes: SIZE, etag: ETAG });
    let copying: number | null = null;
    const isCopy = (port: number): boolean => copying !== null && ownsConnection(copying, port);
    const server = gatewayServer(disk, TOKEN, { rate, isCopy }, log);
    await listen(server, "127.0.0.1", 0);
    closers.push(async () => {
      await disk.close();
      server.closeAllConnections();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const ask = async (): Promise<void> => {
      const { body } = await mine.request({
        origin: `http://127.0.0.1:${port}`,
        path,
        method: "GET",
        headers: { range: "bytes=0-99" },
      });
      assert.equal((await body.arrayBuffer()).byteLength, 100);
    };
    // The connection is this process's: another one's number does not make it the copy's.
    copying = process.ppid;
    await ask();
    assert.deepEqual(taken, []);
    await mine.close();
    copying = process.pid;
    const next = new Agent();
    const { body } = await next.request({
      origin: `http://127.0.0.1:${port}`,
      path,
      method: "GET",
      headers: { range: "bytes=0-99" },
    });
    await body.arrayBuffer();
    await next.close();
    assert.deepEqual(taken, [100]);
  });

  it("keeps a connection open as long as the client wants, and takes one request after the other on it", async () => {
    const { port } = await serve(() => Promise.resolve(contents()));
    const socket = connect(port, "127.0.0.1");
    let received = "";
    socket.setEncoding("latin1").on("data", (text: string) => (received += text));
    const request = (range: string): string => `GET ${path} HTTP/1.1\r\nHost: x\r\nRange: bytes=${range}\r\n\r\n`;
    // As librbd sends them: several on one connection, the second before the first is answered.
    socket.write(request("0-0") + request("1-1"));
    const answers = (): number => received.split("HTTP/1.1 206").length - 1;
    for (let attempt = 0; attempt < 200 && answers() < 2; attempt++) await systemClock.sleep(25);
    // Longer than node keeps an idle connection by default (5 s).
    await systemClock.sleep(6_500);
    assert.equal(socket.destroyed || socket.readableEnded, false);
    socket.write(request("2-2"));
    for (let attempt = 0; attempt < 200 && answers() < 3; attempt++) await systemClock.sleep(25);
    assert.equal(answers(), 3);
    socket.destroy();
  }).timeout(60_000);
});
