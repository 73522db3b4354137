import assert from "node:assert/strict";
import fc from "fast-check";
import { shown } from "../../inventory/shown.ts";
import { canonicalAddress, inCidr, isLinkLocal } from "../../planning/address.ts";
import { begunVms, vmOfDisk } from "../../planning/begun.ts";
import { cycleThrough } from "../../planning/dependency.ts";
import { cleanName, fillTemplate } from "../../planning/names.ts";
import { matchesAny } from "../../planning/pattern.ts";
import { volumeSizeGiB } from "../../planning/size.ts";
import { hostileText } from "./arbitraries.ts";
import { offer, stack } from "./fixtures.ts";

describe("sizes", () => {
  it("are rounded up to GiB, and never cut a byte off", () => {
    const GiB = 2 ** 30;
    assert.deepEqual([1, GiB, GiB + 1, 19.53 * GiB, 2 * GiB - 1].map(volumeSizeGiB), [1, 1, 2, 20, 2]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 46 }), (bytes) => {
        const size = volumeSizeGiB(bytes);
        assert.ok(size * GiB >= bytes && (size - 1) * GiB < bytes);
      }),
    );
  });
});

describe("names", () => {
  it("fill templates, leave unknown fields alone, and fall back to the key", () => {
    assert.equal(fillTemplate("{wave}-{name}", { name: "Web 01", wave: "w1" }, "k"), "w1-Web 01");
    assert.equal(fillTemplate("{toString}{nope}", {}, "k"), "{toString}{nope}");
    assert.equal(fillTemplate("{name}", { name: " \n\t " }, "web01"), "web01");
  });

  it("do not fill a field that a name contains", () => {
    assert.equal(fillTemplate("{name}", { name: "{key}", key: "web01" }, "k"), "{key}");
  });

  it("lose what terminals and databases stumble over, and nothing else", () => {
    assert.equal(cleanName("Söhne & Co. (ältere) 日本"), "Söhne & Co. (ältere) 日本");
    assert.equal(cleanName("a\u202egpj.exe\u0007\u{1f600}b"), "a_gpj.exe__b");
    assert.equal(cleanName("two\nlines\tand\u00a0spaces"), "two lines and spaces");
    assert.equal(cleanName("x".repeat(4096)).length, 255);
  });

  it("stay the same when cleaned again", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        assert.equal(cleanName(cleanName(text)), cleanName(text));
      }),
    );
  });
});

describe("text for people", () => {
  it("is one short line without control or bidirectional characters", () => {
    fc.assert(
      fc.property(hostileText, fc.integer({ min: 10, max: 80 }), (text, limit) => {
        assert.doesNotMatch(shown(text, limit), /[\p{C}\p{Zl}\p{Zp}]/u);
        assert.ok(shown(text, limit).length <= limit);
      }),
    );
  });
});

describe("addresses", () => {
  it("are compared in one spelling", () => {
    assert.equal(canonicalAddress("2001:DB8:0:0::1"), "2001:db8::1");
    assert.equal(canonicalAddress("10.0.0.1"), "10.0.0.1");
  });

  it("lie in a CIDR of their own family only", () => {
    assert.ok(inCidr("10.20.0.255", "10.20.0.0/24"));
    assert.ok(!inCidr("10.20.1.0", "10.20.0.0/24"));
    assert.ok(inCidr("2001:db8::5", "2001:db8::/64"));
    assert.ok(!inCidr("10.0.0.1", "::/0"));
    assert.ok(!inCidr("::1", "0.0.0.0/0"));
    for (const bad of ["", "10.0.0.0", "10.0.0.0/33", "10.0.0.0/-1", "x/8", "10.0.0.0/8x"])
      assert.ok(!inCidr("10.0.0.1", bad));
  });

  it("that guests make themselves are known", () => {
    for (const own of ["fe80::1", "169.254.3.4", "127.0.0.1", "::1"]) assert.ok(isLinkLocal(own), own);
    for (const given of ["10.0.0.1", "2001:db8::1", "fd00::1"]) assert.ok(!isLinkLocal(given), given);
  });
});

describe("patterns", () => {
  it("match as the naive regular expression does", () => {
    const parts = fc.array(fc.constantFrom("*", "a", "b", ".", "m1"), { maxLength: 6 }).map((list) => list.join(""));
    fc.assert(
      fc.property(parts, parts, (pattern, text) => {
        const naive = new RegExp(`^${pattern.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
        assert.equal(matchesAny([pattern], text), naive.test(text), `${pattern} ${text}`);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("VMs that have begun", () => {
  it("are those with a volume of this stack, also when their key looks like a disk's", () => {
    const volume = (key: string, owner: string) => ({
      id: key,
      name: key,
      status: "available",
      sizeGiB: 1,
      volumeType: "ceph",
      mark: { stack: owner, key, generation: 1 },
    });
    const volumes = [
      volume("web01-disk-2000", stack),
      volume("a-disk-1-disk-2001", stack),
      volume("db-disk-2000", "wavelift/wave2"),
      volume("not a disk", stack),
      { ...volume("x-disk-1", stack), mark: null },
    ];
    assert.deepEqual([...begunVms(new Map([["lab", offer({ volumes })]]), stack)].sort(), ["a-disk-1", "web01"]);
    assert.equal(vmOfDisk("web01"), null);
  });
});

describe("dependencies", () => {
  it("show the shortest cycle through a VM, or none", () => {
    const dependencies = new Map([
      ["a", ["b"]],
      ["b", ["c", "a"]],
      ["c", ["a"]],
      ["d", ["a"]],
      ["e", ["e"]],
    ]);
    assert.deepEqual(cycleThrough(dependencies, "a"), ["a", "b", "a"]);
    assert.deepEqual(cycleThrough(dependencies, "c"), ["c", "a", "b", "c"]);
    assert.deepEqual(cycleThrough(dependencies, "e"), ["e", "e"]);
    assert.equal(cycleThrough(dependencies, "d"), null);
    assert.equal(cycleThrough(dependencies, "zz"), null);
  });
});
