import assert from "node:assert/strict";
import fc from "fast-check";
import { checkNode } from "../../toolchain/node-version.ts";
import { compareVersions, formatVersion, parseVersion } from "../../toolchain/version.ts";

describe("versions", () => {
  const table: [string, string | null][] = [
    ["v3.250.0\n", "3.250.0"],
    ["go1.26", "1.26.0"],
    ["go version go1.19.8 linux/amd64", "1.19.8"],
    ["v3.251.0-dev.0+g1234", "3.251.0-dev.0"],
    ["", null],
    ["unknown", null],
  ];
  for (const [text, expected] of table) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const version = parseVersion(text);
      assert.equal(version && formatVersion(version), expected);
    });
  }

  it("are ordered as numbers, a pre-release before its release", () => {
    const part = fc.nat(2000);
    const version = fc.record(
      { major: part, minor: part, patch: part, prerelease: fc.constantFrom("", "alpha", "rc.1") },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(version, version, (a, b) => {
        assert.deepEqual(parseVersion(formatVersion(a)), a);
        assert.equal(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, a)), 0);
        const next = { ...a, patch: a.patch + 1 };
        assert.ok(compareVersions(a, next) < 0);
        if (a.prerelease !== "") assert.ok(compareVersions(a, { ...a, prerelease: "" }) < 0);
      }),
    );
  });

  it("of Node.js below 20.18 are refused with what to install", () => {
    assert.throws(() => {
      checkNode("18.20.4");
    }, /Node\.js 18\.20\.4 is too old: 20\.18\.0 or later is needed\. Install/);
    checkNode("20.18.0");
    checkNode("22.1.0");
  });
});
