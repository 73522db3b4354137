import assert from "node:assert/strict";
import { decide, type Facts } from "../../toolchain/decide.ts";
import { fits, parts } from "../../toolchain/parts.ts";

const nothing: Facts = {
  part: parts.cli,
  installed: { state: "unfit", reason: "pulumi is not on PATH" },
  cached: null,
  download: { state: "untried" },
  go: { state: "unasked" },
};
const failed = { state: "failed", reason: "github.com: time-out" } as const;

describe("the choice of a part's source", () => {
  const table: [string, Partial<Facts>, ReturnType<typeof decide>["use"], RegExp][] = [
    [
      "an installed one that fits comes before all else",
      { installed: { state: "fits", path: "/opt/pulumi", version: "3.260.1" }, cached: "build" },
      "installed",
      /3\.260\.1 is installed \(3\.248\.0 or later is needed\): \/opt\/pulumi/,
    ],
    [
      "then a build of an earlier run",
      { cached: "build" },
      "cached",
      /built from Go modules in an earlier run; pulumi/,
    ],
    [
      "then a download of an earlier run",
      { cached: "download" },
      "cached",
      /official release, downloaded in an earlier/,
    ],
    ["then the official release", {}, "download", /^pulumi is not on PATH$/],
    ["then Go is asked", { download: failed }, "ask-go", /official release: github\.com: time-out/],
    [
      "then a build",
      { download: failed, go: { state: "fits", version: "1.26.8" } },
      "build",
      /Go 1\.26\.8; pulumi is not on PATH; the official release: github\.com: time-out/,
    ],
    [
      "else every closed way is named",
      { download: failed, go: { state: "unfit", reason: "go is not on PATH: install Go" } },
      "none",
      /not on PATH; the official release: github\.com: time-out; a build from Go modules: go is not on PATH: install Go/,
    ],
    [
      "a Go that fits does not come before the official release",
      { go: { state: "fits", version: "1.26.8" } },
      "download",
      /./,
    ],
  ];
  for (const [title, facts, use, why] of table) {
    it(title, () => {
      const decision = decide({ ...nothing, ...facts });
      assert.equal(decision.use, use);
      assert.match(decision.why, why);
    });
  }
});

describe("which installed versions fit", () => {
  const table: [keyof typeof parts, string, boolean][] = [
    ["cli", "3.248.0", true],
    ["cli", "v3.300.2", true],
    ["cli", "3.247.9", false],
    ["cli", "3.248.0-alpha.1", false],
    ["cli", "4.0.0", false],
    ["cli", "", false],
    ["openstack", "v3.15.2", true],
    ["openstack", "3.15.3", false],
    ["command", "1.2.1", true],
    ["command", "4.5.0", false],
  ];
  for (const [name, version, expected] of table) {
    it(`${name} ${version || "without a version"}: ${expected ? "yes" : "no"}`, () => {
      assert.equal(fits(parts[name], version), expected);
    });
  }
});
