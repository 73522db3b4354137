import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../conversion/effects.ts";
import { openNbd } from "../../conversion/nbd/contents.ts";
import { serveCommand, serveNode } from "../../conversion/nbd/serve.ts";
import { SourceFault } from "../../conversion/source/contents.ts";
import { MIB } from "./support/memory-disk.ts";
import { commands } from "./support/tools.ts";

/** Replies to the first read of a server that is played here: what follows the handshake. */
type Play = (socket: Socket, cookie: Buffer) => void;

describe("the NBD client", function () {
  this.timeout(60_000);
  let folder: string;
  let server: Server | null = null;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-nbd-"));
  });
  afterEach(() => {
    server?.close();
    server = null;
  });
  after(() => {
    rmSync(folder, { recursive: true });
  });
  const context = () => ({ commands, clock: systemClock, folder });

  it("reads what is there, by many requests at once, and knows what is empty", async () => {
    const file = join(folder, "disk.raw");
    const disk = Buffer.alloc(24 * MIB);
    randomBytes(5 * MIB).copy(disk, 3 * MIB);
    writeFileSync(file, disk);
    const contents = await serveNode(
      context(),
      "d",
      { driver: "raw", file: { driver: "file", filename: file } },
      { servers: 2, connections: 2 },
    );
    const reads = Array.from({ length: 40 }, (_, at) => ({ offset: at * 300_032, length: 700_416 }));
    await Promise.all(
      reads.map(async (window) => {
        const into = Buffer.alloc(window.length, 0xff);
        await contents.read(window, into);
        assert.ok(into.equals(disk.subarray(window.offset, window.offset + window.length)));
      }),
    );
    const extents = await contents.extents({ offset: MIB, length: 20 * MIB });
    assert.equal(
      extents.reduce((sum, { length }) => sum + length, 0),
      20 * MIB,
    );
    for (const { offset, length, zero } of extents)
      if (zero) assert.ok(!disk.subarray(offset, offset + length).some((byte) => byte !== 0));
    await contents.close();
  });

  it("writes, zeroes and flushes, and tells what the server says of a fault", async () => {
    const file = join(folder, "target.raw");
    writeFileSync(file, Buffer.alloc(8 * MIB));
    const contents = await serveCommand(
      context(),
      "d",
      (socket) => ["qemu-nbd", ["--persistent", "--shared", "4", "--socket", socket, "-f", "raw", file]],
      { servers: 1, connections: 2, depth: 4 },
    );
    const data = randomBytes(3 * MIB);
    await contents.write(MIB, data);
    await contents.writeZeroes({ offset: 2 * MIB, length: 4096 });
    await contents.flush();
    const into = Buffer.alloc(3 * MIB);
    await contents.read({ offset: MIB, length: into.length }, into);
    data.fill(0, MIB, MIB + 4096);
    assert.ok(into.equals(data));
    await assert.rejects(contents.write(8 * MIB, Buffer.alloc(4096)), /no space left|invalid argument|error/);
    await contents.close();
  });

  it("says why a server does not start", async () => {
    await assert.rejects(
      serveNode(context(), "vm1-disk-1", { driver: "raw", file: { driver: "file", filename: "/none" } }),
      /vm1-disk-1: the source cannot be opened: qemu-nbd: .*none/,
    );
  });

  it("waits for a server that has made its socket and does not listen yet", async () => {
    const path = join(folder, `late-${randomBytes(4).toString("hex")}.sock`);
    const late =
      "use Socket; socket(S, PF_UNIX, SOCK_STREAM, 0); bind(S, sockaddr_un($ARGV[0])); select(undef, undef, undef, 0.5);";
    const child = commands.start("perl", ["-e", `${late} listen(S, 1); accept(C, S); syswrite(C, "none");`, path]);
    while (!existsSync(path)) await sleep(10);
    await assert.rejects(openNbd([path], { what: "disk" }), /the server ended the connection|protocol/);
    assert.equal((await child.ended).code, 0);
  });

  /** A server that shakes hands as any does and answers the first read as `play` says. */
  async function played(play: Play): Promise<string> {
    const path = join(folder, `played-${randomBytes(4).toString("hex")}.sock`);
    const number = (value: bigint | number, bytes: 2 | 4 | 8): Buffer => {
      const buffer = Buffer.alloc(bytes);
      if (bytes === 8) buffer.writeBigUInt64BE(BigInt(value));
      else buffer.writeUIntBE(Number(value), 0, bytes);
      return buffer;
    };
    const reply = (option: number, type: number, data = Buffer.alloc(0)): Buffer =>
      Buffer.concat([number(0x0003e889045565a9n, 8), number(option, 4), number(type, 4), number(data.length, 4), data]);
    server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.write(Buffer.concat([Buffer.from("NBDMAGICIHAVEOPT"), number(3, 2)]));
      let input = Buffer.alloc(0);
      let flagsRead = false;
      socket.on("data", (chunk) => {
        input = Buffer.concat([input, chunk]);
        if (!flagsRead && input.length >= 4) {
          flagsRead = true;
          input = input.subarray(4);
        }
        while (input.length >= 16 && input.toString("latin1", 0, 8) === "IHAVEOPT") {
          const option = input.readUInt32BE(8);
          const length = input.readUInt32BE(12);
          if (input.length < 16 + length) return;
          input = input.subarray(16 + length);
          if (option === 8) socket.write(reply(8, 1));
          else if (option === 10) socket.write(reply(10, 1));
          else
            socket.write(
              Buffer.concat([reply(7, 3, Buffer.concat([number(0, 2), number(MIB, 8), number(1, 2)])), reply(7, 1)]),
            );
        }
        if (flagsRead && input.length >= 28 && input.readUInt32BE(0) === 0x25609513) {
          const cookie = Buffer.from(input.subarray(8, 16));
          input = input.subarray(28);
          play(socket, cookie);
        }
      });
    });
    await new Promise<void>((resolve) => server?.listen(path, resolve));
    return path;
  }
  const chunk = (cookie: Buffer, flags: number, type: number, payload: Buffer): Buffer => {
    const header = Buffer.alloc(20);
    header.writeUInt32BE(0x668e33ef, 0);
    header.writeUInt16BE(flags, 4);
    header.writeUInt16BE(type, 6);
    cookie.copy(header, 8);
    header.writeUInt32BE(payload.length, 16);
    return Buffer.concat([header, payload]);
  };
  const data = (offset: number, bytes: number): Buffer =>
    Buffer.concat([Buffer.alloc(6), Buffer.from([offset >> 8, offset & 255]), Buffer.alloc(bytes, 1)]);
  async function read(play: Play): Promise<Buffer> {
    const contents = await openNbd([await played(play)], { what: "d" });
    try {
      const into = Buffer.alloc(4096, 0xff);
      await contents.read({ offset: 0, length: into.length }, into);
      return into;
    } finally {
      await contents.close();
    }
  }

  it("takes the pieces of a reply in any order, and holes", async () => {
    const into = await read((socket, cookie) => {
      socket.write(chunk(cookie, 0, 1, data(2048, 2048)));
      const hole = Buffer.alloc(12);
      hole.writeUInt32BE(2048, 8);
      const last = chunk(cookie, 1, 2, hole);
      socket.write(last.subarray(0, 7));
      setTimeout(() => socket.write(last.subarray(7)), 20);
    });
    assert.ok(into.equals(Buffer.concat([Buffer.alloc(2048), Buffer.alloc(2048, 1)])));
  });
  for (const [what, play, message] of [
    [
      "a reply that ends before its data is whole",
      (socket, cookie) => socket.write(chunk(cookie, 1, 1, data(0, 1024))),
      /a short read: 1024 of 4096 bytes came/,
    ],
    [
      "data from outside of what was asked for",
      (socket, cookie) => socket.write(chunk(cookie, 1, 1, data(2048, 4096))),
      /outside of what was asked for/,
    ],
    [
      "a reply to no request",
      (socket) => socket.write(chunk(Buffer.alloc(8, 9), 1, 0, Buffer.alloc(0))),
      /a reply to no request/,
    ],
    ["another protocol", (socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"), /does not speak the protocol/],
    [
      "a connection that ends in mid-reply",
      (socket, cookie) => socket.end(chunk(cookie, 0, 1, data(0, 4096)).subarray(0, 500)),
      /ended the connection/,
    ],
    [
      "an error in words",
      (socket, cookie) =>
        socket.write(
          chunk(cookie, 1, 0x8001, Buffer.concat([Buffer.from([0, 0, 0, 5, 0, 8]), Buffer.from("bad disk")])),
        ),
      /input\/output error \(bad disk\)/,
    ],
  ] as const satisfies readonly (readonly [string, Play, RegExp])[])
    it(`takes ${what} for no data`, async () => {
      await assert.rejects(read(play), message);
    });
  it("receives nothing any more in the place of a read that was given up", async () => {
    let sendRest = (): void => assert.fail("nothing was asked for");
    const path = await played((socket, cookie) => {
      const whole = chunk(cookie, 1, 1, data(0, 4096));
      socket.write(whole.subarray(0, 1000));
      sendRest = () => void socket.write(whole.subarray(1000));
      // What is written to it stays on its way: the connection cannot end in order.
      socket.pause();
    });
    const contents = await openNbd([path], { what: "d" });
    const into = Buffer.alloc(4096);
    const reading = assert.rejects(contents.read({ offset: 0, length: into.length }, into), /connection was closed/);
    while (into[0] === 0) await sleep(5);
    const writing = assert.rejects(contents.write(0, Buffer.alloc(16 * MIB)), /connection was closed/);
    // The rest is on its way already when the read is given up.
    sendRest();
    void contents.close();
    into.fill(0xaa);
    await Promise.all([reading, writing]);
    await sleep(200);
    assert.ok(into.equals(Buffer.alloc(4096, 0xaa)), "the place was written to");
  });
  it("tells a server that is gone from one that says no", async () => {
    await assert.rejects(openNbd([join(folder, "none.sock")], { what: "d" }), SourceFault);
  });
});
