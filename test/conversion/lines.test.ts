import assert from "node:assert/strict";
import fc from "fast-check";
import { consoleTail } from "../../conversion/checks/console.ts";
import { duration, progressLine, startProgress } from "../../conversion/copy/progress.ts";
import { imageOpts } from "../../conversion/copy/image-opts.ts";
import { sliceWindow } from "../../conversion/copy/slices.ts";
import { lineSplitter } from "../../conversion/lines.ts";

const MIB = 1024 * 1024;

function split(...texts: string[]): string[] {
  const lines: string[] = [];
  const splitter = lineSplitter((line) => lines.push(line));
  for (const text of texts) splitter.write(text);
  splitter.end();
  return lines;
}

describe("lines for Pulumi's log", () => {
  it("end at carriage returns too, and are put together from pieces", () => {
    assert.deepEqual(split("a\rb", "c\n\n", "d"), ["a", "bc", "d"]);
  });
  it("are never longer than 8 KiB, and nothing of them is lost", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30_000 })), (lengths) => {
        const texts = lengths.map((length) => "x".repeat(length));
        const lines = [...split(...texts, "\n"), ...split(...texts.map((text) => `${text}\n`))];
        assert.ok(lines.every((line) => line.length > 0 && line.length <= 8192));
        assert.equal(
          lines.join("").length,
          lengths.reduce((sum, length) => sum + 2 * length, 0),
        );
      }),
    );
  });
  it("come of a text that has no end of line too", () => {
    const lines: string[] = [];
    lineSplitter((line) => lines.push(line)).write("x".repeat(20_000));
    assert.deepEqual(
      lines.map(({ length }) => length),
      [8192, 8192],
    );
  });
  it("hold nothing that steers a terminal", () => {
    assert.deepEqual(split("\u001b[31mred\u001b[0m\u0007\u0000 \u009b2J end\tx\n"), ["red  end\tx"]);
  });
});

describe("progress", () => {
  it("says percent, speed and time left", () => {
    assert.equal(progressLine("d", 250 * MIB, 1000 * MIB, 150 * MIB, 10), "d: 25% of 1000 MiB, 15 MiB/s, 50 s left");
    assert.equal(progressLine("d", 0, 1000 * MIB, 0, 0), "d: 0% of 1000 MiB, 0 MiB/s, time left unknown");
    assert.deepEqual([30, 400, 8000].map(duration), ["30 s", "7 min", "2 h 13 min"]);
  });
  it("comes often at first and seldom later", () => {
    let now = 0;
    const times: number[] = [];
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    const progress = startProgress(clock, () => times.push(now / 1000), "d", 1000, 0);
    for (; now < 7_200_000; now += 500) progress.update(1);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    assert.equal(times[0], 5);
    assert.ok(pauses.every((pause) => pause >= 5 && pause <= 61));
    assert.ok(times.length < 250, `${times.length} lines in two hours`);
  });
});

describe("slices", () => {
  it("cover the disk once", () => {
    const disk = fc.record({
      sectors: fc.integer({ min: 1, max: 5_000_000 }),
      sliceMiB: fc.integer({ min: 1, max: 2048 }),
    });
    fc.assert(
      fc.property(disk, ({ sectors, sliceMiB }) => {
        const capacity = sectors * 512;
        let next = 0;
        for (let slice = 0; slice < Math.ceil(capacity / (sliceMiB * MIB)); slice++) {
          const { offset, length } = sliceWindow(capacity, sliceMiB, slice);
          assert.equal(offset, next);
          assert.ok(length > 0 && length % 512 === 0);
          next += length;
        }
        assert.equal(next, capacity);
      }),
    );
  });
});

describe("options for qemu", () => {
  it("double commas and nothing else", () => {
    const node = { driver: "raw", offset: 5, file: { driver: "file", filename: "/a,b=c,,d\n'\"", locking: true } };
    assert.equal(
      imageOpts(node),
      "driver=raw,offset=5,file.driver=file,file.filename=/a,,b=c,,,,d\n'\",file.locking=on",
    );
    assert.throws(() => imageOpts({ driver: "a\0b" }), /NUL/);
  });
});

describe("the tail of a console", () => {
  it("is the last lines, without what steers a terminal", () => {
    const text = `${Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\r\n")}\r\n\u001b[1;31mlogin:\u001b[0m\u0007 \n\n`;
    assert.deepEqual(consoleTail(text, 3), ["line 28", "line 29", "login:"]);
  });
});
