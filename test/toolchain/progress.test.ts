import assert from "node:assert/strict";
import { streamProgress } from "../../toolchain/progress.ts";

describe("progress", () => {
  it("in a file comes every 15 s at most, and quick work leaves only its lines", () => {
    let now = 0;
    const written: string[] = [];
    const progress = streamProgress({ write: (text) => written.push(text) }, () => now);
    for (; now < 40_000; now += 100) progress.status(`at ${now}`);
    progress.line("done");
    assert.deepEqual(written, ["at 15000\n", "at 30000\n", "done\n"]);
  });

  it("on a terminal takes its own place, and a line takes the place of a status", () => {
    const written: string[] = [];
    const progress = streamProgress({ isTTY: true, write: (text) => written.push(text) });
    progress.status("1 of 2");
    progress.status("2 of 2");
    progress.line("done");
    progress.line("next");
    assert.equal(written.join(""), "1 of 2\r\u001b[K2 of 2\r\u001b[Kdone\nnext\n");
  });
});
