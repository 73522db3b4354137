import assert from "node:assert/strict";
import { describe, it } from "mocha";
import { osRelease } from "../../lab/facts.ts";
import { type MachineFacts, preflight } from "../../lab/preflight.ts";

const GIB = 1024 ** 3;
const good: MachineFacts = {
  osId: "debian",
  osVersion: "12",
  architecture: "x64",
  uid: 0,
  memoryBytes: 7.7 * GIB,
  freeDiskBytes: 26 * GIB,
  labDiskBytes: 0,
  home: "/srv/lab",
};

describe("lab: preflight", () => {
  it("lets a Debian 12 machine with 8 GB and 26 GiB free pass for root", () => {
    assert.deepEqual(preflight(good), []);
  });

  const refused: [string, Partial<MachineFacts>, RegExp][] = [
    ["another distribution", { osId: "ubuntu", osVersion: "24.04" }, /this is ubuntu 24\.04 \(x64\)/],
    ["another release", { osVersion: "13" }, /this is debian 13/],
    ["another processor", { architecture: "arm64" }, /debian 12 \(arm64\)/],
    ["a user who is not root", { uid: 1000 }, /run it as root/],
    ["too little memory", { memoryBytes: 4 * GIB }, /need 8 GiB of memory, this machine has 4\.0 GiB/],
    ["too little disk", { freeDiskBytes: 24 * GIB }, /25\.0 GiB of disk for \/srv\/lab, there are 24\.0 GiB free\./],
  ];
  for (const [what, facts, expected] of refused) {
    it(`refuses ${what}, and says only that`, () => {
      const faults = preflight({ ...good, ...facts });
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", expected);
    });
  }

  it("counts what a lab already takes as room for that lab", () => {
    assert.deepEqual(preflight({ ...good, freeDiskBytes: 10 * GIB, labDiskBytes: 15 * GIB }), []);
    assert.match(
      preflight({ ...good, freeDiskBytes: 10 * GIB, labDiskBytes: 1 * GIB })[0] ?? "",
      /already takes 1\.0 GiB/,
    );
  });

  it("tells all faults at once", () => {
    const faults = preflight({
      ...good,
      osId: "darwin",
      osVersion: "unknown",
      uid: 501,
      memoryBytes: 0,
      freeDiskBytes: 0,
    });
    assert.equal(faults.length, 4);
  });

  it("reads os-release with and without quotes", () => {
    const values = osRelease('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\nID=debian\n');
    assert.equal(values.get("ID"), "debian");
    assert.equal(values.get("VERSION_ID"), "12");
  });
});
