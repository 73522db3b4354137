import assert from "node:assert/strict";
import { execa } from "execa";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createColors } from "picocolors";
import { z } from "zod";
import { filterOf, limitOf, sortOf } from "../../cli/assess/options.ts";
import { slowProgress } from "../../cli/assess/slow-progress.ts";
import { detailLines, summaryLines } from "../../cli/assess/summary.ts";
import { assessTable } from "../../cli/assess/table.ts";
import { UserError } from "../../cli/failure.ts";
import { project } from "../../cli/project.ts";
import { toSortedJson } from "../../inventory/json.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import { assess } from "../../planning/assess/assess.ts";
import { totalsOf } from "../../planning/assess/totals.ts";
import { parseBytes, shownBytes, shownCount, shownDuration } from "../../report/amounts.ts";
import { assessCsv } from "../../report/assess/csv.ts";
import { toCsv } from "../../report/csv.ts";
import { writeEstate } from "../../bench/estate.ts";
import { disk, estateVm } from "../planning/fixtures.ts";

const plain = createColors(false);
const none = { details: false, json: false, check: false };
const HOSTILE = "evil\u001b[2J\u202egnp\nforged line\u2028\t=1+1";

describe("the options of assess", () => {
  it("are refused with what there is, and what was probably meant", () => {
    const message = (act: () => unknown): string => {
      try {
        act();
      } catch (error) {
        assert.ok(error instanceof UserError);
        return error.message;
      }
      return "taken";
    };
    assert.match(
      message(() => filterOf({ ...none, category: ["critcal"] })),
      /no "critcal"\. Did you mean Critical\? There are: Critical, Warning/,
    );
    assert.match(
      message(() => filterOf({ ...none, complexity: ["x"] })),
      /--complexity: there is no "x"/,
    );
    assert.match(
      message(() => filterOf({ ...none, minSize: "2 elephants" })),
      /--min-size 2 elephants: a size is expected/,
    );
    assert.match(
      message(() => filterOf({ ...none, name: ["/(/"] })),
      /no regular expression/,
    );
    assert.match(
      message(() => sortOf("size,nmae")),
      /--sort: there is no "nmae"\. Did you mean name\?/,
    );
    assert.match(
      message(() => limitOf("-1")),
      /--limit -1/,
    );
  });

  it("are read: case does not count, - turns an order round", () => {
    assert.deepEqual(filterOf({ ...none, category: ["critical"], minSize: "1.5T", name: ["a*"] }), {
      category: ["Critical"],
      minBytes: 1.5 * 2 ** 40,
      name: ["a*"],
    });
    assert.deepEqual(sortOf("size,-name"), [
      { field: "size", reverse: false },
      { field: "name", reverse: true },
    ]);
  });
});

describe("amounts", () => {
  it("are shown for people and read from them", () => {
    assert.deepEqual([0, 1023, 1536, 2 ** 40 * 150].map(shownBytes), ["0 B", "1023 B", "1.5 KiB", "150 TiB"]);
    assert.deepEqual([1, 3600, 5400, 180_000].map(shownDuration), ["1 min", "1 h", "1 h 30 min", "2 d 2 h"]);
    assert.deepEqual([7, 1234567].map(shownCount), ["7", "1,234,567"]);
    assert.deepEqual(["500G", "2 TiB", "10", "1.5t", "-1", "x", "1e9"].map(parseBytes), [
      ...[500 * 2 ** 30, 2 ** 41, 10, 1.5 * 2 ** 40],
      ...[null, null, null],
    ]);
  });
});

describe("the table of assess", () => {
  const hostile = estateVm("evil01", {
    name: HOSTILE,
    cluster: HOSTILE,
    guestReportedName: HOSTILE,
    folder: HOSTILE,
    tags: [HOSTILE],
  });
  const vms = [hostile, ...Array.from({ length: 150 }, (_, index) => estateVm(`web${index}`))];
  const assessed = assess({ vms, sources: [], plan: null });

  for (const width of [40, 80, 132, 200])
    it(`is ${width} characters wide where the terminal is, in one piece`, () => {
      const lines = assessTable(assessed.vms, width, plain).split("\n");
      assert.equal(lines.length, 151 + 4);
      assert.deepEqual([...new Set(lines.map((line) => line.length))], [Math.max(width, lines[0]?.length ?? 0)]);
      assert.ok((lines[0]?.length ?? 0) <= Math.max(width, 64));
    });

  it("holds nothing of a source's names that steers a terminal, and neither do summary and details", () => {
    const totals = totalsOf(assessed.vms, vms, assessed.models.throughput);
    const texts = [
      assessTable(assessed.vms, 200, plain),
      summaryLines(totals, assessed.models, false).join("\n"),
      detailLines(assessed.vms).join("\n"),
    ];
    for (const text of texts) assert.doesNotMatch(text.replaceAll("\n", ""), /[\p{C}\p{Zl}\p{Zp}]/u);
    assert.match(texts[0] ?? "", /evil\\u\{1b\}/);
  });

  it("states the figures that durations and scores rest on", () => {
    const totals = totalsOf(assessed.vms, vms, assessed.models.throughput);
    const text = summaryLines(totals, assessed.models, false).join("\n");
    assert.match(text, /diskMiBPerSecond 134/);
    assert.match(text, /4 for each kind of Critical concern/);
    assert.match(text, /there is no plan\.yaml/);
  });
});

describe("the spreadsheet of assess", () => {
  it("holds no formula, and no name leaves its cell", () => {
    assert.equal(
      toCsv([["=1+1", "a,b", 'say "x"', "two\nlines", -5, null, " @x"]]),
      '\ufeff\'=1+1,"a,b","say ""x""",two lines,-5,,\' @x\r\n',
    );
    const text = assessCsv(
      assess({ vms: [estateVm("a", { name: "=cmd|' /C calc'!A0\n=2" })], sources: [], plan: null }).vms,
    );
    assert.equal(text.split("\r\n").length, 3);
    assert.match(text, /^a,'=cmd/m);
  });
});

describe("progress of work that is mostly quick", () => {
  it("says nothing in the first two seconds, and takes its line away", () => {
    let now = 0;
    const printed: string[] = [];
    const sink = { isTTY: true, write: (text: string) => printed.push(text) };
    const progress = slowProgress(sink, () => now);
    progress.status("1 of 9");
    now = 1900;
    progress.status("5 of 9");
    assert.deepEqual(printed, []);
    now = 2100;
    progress.status("7 of 9");
    now = 2150;
    progress.status("8 of 9");
    assert.deepEqual(printed, ["7 of 9"]);
    progress.end();
    assert.deepEqual(printed, ["7 of 9", "\r\u001b[K"]);
  });
});

describe("wavelift assess", function () {
  // Each case starts the command line anew, on a machine that may be busy.
  this.timeout(60_000);
  let inventory: string;
  const encrypted: EstateVm = estateVm("db01", { disks: [disk(2000, { encrypted: true })] });
  beforeEach(async () => {
    inventory = mkdtempSync(path.join(tmpdir(), "wavelift-assess-"));
    await writeEstate(inventory, { vms: [encrypted, estateVm("web01")], sources: [] });
  });
  afterEach(() => {
    rmSync(inventory, { recursive: true, force: true });
  });
  const run = (...options: string[]) =>
    execa(process.execPath, ["--import", "tsx", "cli/main.ts", "assess", "--inventory", inventory, ...options], {
      cwd: project,
      reject: false,
    });
  const Answer = z.object({
    vms: z.array(z.object({ key: z.string() })),
    faults: z.array(z.object({ file: z.string(), path: z.string() })),
    totals: z.object({ vms: z.number() }),
  });

  it("assesses what can be read, tells of the file that cannot, and ends with 1", async () => {
    writeFileSync(path.join(inventory, "estate", "bad01.json"), toSortedJson({ ...estateVm("bad01"), cpus: "two" }));
    const { stdout, stderr, exitCode } = await run("--json");
    assert.match(stderr, /Not assessed[^]*bad01\.json/);
    const answer = Answer.parse(JSON.parse(stdout));
    assert.deepEqual(
      answer.vms.map(({ key }) => key),
      ["db01", "web01"],
    );
    assert.deepEqual(
      answer.faults.map(({ file, path: place }) => [path.basename(file), place]),
      [["bad01.json", "cpus"]],
    );
    assert.equal(exitCode, 1);
  });

  it("ends with 2 for a Critical concern where --check asks for it, of the VMs that are listed", async () => {
    const [all, one] = await Promise.all([run("--check"), run("--check", "--name", "web01")]);
    assert.match(all.stdout, /!disk\.encrypted/);
    assert.deepEqual([all.exitCode, one.exitCode], [2, 0]);
  });

  it("refuses a name that no VM has, with what was meant", async () => {
    const { stderr, exitCode } = await run("--name", "wep01");
    assert.match(stderr, /--name wep01 fits no VM\. Did you mean web01\?/);
    assert.equal(exitCode, 3);
  });
});
