import assert from "node:assert/strict";
import type { Commands } from "../../conversion/effects.ts";
import { GatewaySettings } from "../../conversion/gateway/gateway-settings.ts";
import { placeOf, urlOf, newToken } from "../../conversion/gateway/url.ts";
import { checkConditions } from "../../conversion/instant/conditions.ts";
import { readRecord } from "../../conversion/instant/record.ts";
import { fakeRbd } from "./support/fake-rbd.ts";
import { makeWorld } from "./support/world.ts";

const access = { pool: "volumes", user: "cinder", conf: "/etc/ceph/ceph.conf" };
const version = (number: string) => `ceph version ${number} (618f44) pacific (stable)`;
const hosts = [
  { name: "cmp1", address: "192.0.2.11" },
  { name: "cmp2", address: "192.0.2.12" },
];

interface Given {
  readonly mon?: string;
  readonly osd?: string;
  readonly own?: string;
  readonly silent?: readonly string[];
  readonly versionsCode?: number;
  readonly settings?: object;
  readonly hosts?: typeof hosts | null;
}

/** Asks with tools that answer as given. */
async function check(given: Given = {}): Promise<void> {
  const { mon = "16.2.15", osd = "17.2.0", own = "16.2.15", silent = [], versionsCode = 0 } = given;
  const commands: Commands = {
    start: (tool, args) => {
      const answer = (stdout: string, code = 0) => ({
        pid: 1,
        kill: () => undefined,
        ended: Promise.resolve({ code, signal: null, stdout, stderr: code === 0 ? "" : "access denied" }),
      });
      if (tool === "ceph")
        return answer(
          JSON.stringify({ mon: { [version(mon)]: 3 }, osd: { [version("16.2.1")]: 9, [version(osd)]: 1 } }),
          versionsCode,
        );
      if (tool === "rbd") return answer(version(own));
      assert.deepEqual([tool, args.slice(-4, -1)], ["ping", ["-I", "10.0.0.5", "--"]]);
      return answer("", silent.includes(args.at(-1) ?? "") ? 1 : 0);
    },
  };
  const nova = {
    getServer: () => Promise.resolve(null),
    consoleOutput: () => Promise.resolve(""),
    computeHosts: () => Promise.resolve(given.hosts === undefined ? hosts : given.hosts),
  };
  const settings = GatewaySettings.parse({ address: "10.0.0.5", ...given.settings });
  await checkConditions(makeWorld("/none", { commands, nova }), "disk1", access, settings);
}

describe("the conditions of an instant import", () => {
  it("are met by Pacific and later, and compute hosts that answer", async () => {
    await check();
    await check({ hosts: null, settings: { computeHosts: ["192.0.2.99"] } });
    await check({ hosts: null, settings: { computeHosts: "unchecked" } });
  });
  const cases: readonly (readonly [string, Given, RegExp])[] = [
    ["an older monitor", { mon: "15.2.17" }, /a monitor is of release 15\.2\.17, Pacific \(16\) or later/],
    ["one older OSD", { osd: "14.2.22" }, /an OSD is of release 14\.2\.22/],
    ["an older librbd here", { own: "12.2.13" }, /librbd of this host is of release 12\.2\.13/],
    ["a librbd that does not say", { own: "unknown" }, /librbd of this host is of release "ceph version unknown/],
    ["a Ceph that does not tell", { versionsCode: 13 }, /ceph versions tells nothing: access denied/],
    [
      "a compute host that does not answer",
      { silent: ["192.0.2.12"] },
      /cmp2 did not answer a ping from .* 10\.0\.0\.5/,
    ],
    ["compute hosts that nobody names", { hosts: null }, /Nova does not tell .*computeHosts/],
    ["no compute host", { hosts: [] }, /names no compute host that is up/],
  ];
  for (const [what, given, message] of cases)
    it(`are not met by ${what}, and nothing is changed`, async () => {
      await assert.rejects(check(given), (error: Error) => {
        assert.match(error.message, message);
        assert.match(error.message, /Nothing was changed.*instant: false/);
        return true;
      });
    });
  it("are all told at once", async () => {
    await assert.rejects(check({ mon: "15.2.1", silent: ["192.0.2.11"] }), /monitor.*cmp1 did not answer/);
  });
});

describe("the gateway's address", () => {
  it("comes back out of the image's header as it went in", () => {
    for (const address of ["10.0.0.5", "fd00::5"]) {
      const place = { address, port: 49_400, token: newToken() };
      assert.deepEqual(placeOf(urlOf(place)), place);
    }
    for (const foreign of ["http://10.0.0.5:80/disk.raw", "https://10.0.0.5:1/x", "file:///etc/passwd", ""])
      assert.equal(placeOf(foreign), null);
  });
  it("has ports in order", () => {
    for (const ports of ["0-5", "9-8", "1-70000", "80"])
      assert.equal(GatewaySettings.safeParse({ address: "10.0.0.5", ports }).success, false, ports);
  });
});

describe("the record of an instant import", () => {
  const identity = { volumeId: "11111111-1111-4111-8111-111111111111", disk: "d", stack: "p/s", generation: 1 };
  const record = { version: 1, ...identity, phase: "prepared", fingerprint: "f", url: null, host: "h", digest: null };
  const read = (text: string) => {
    const rbd = fakeRbd();
    rbd.meta.set("wavelift.instant.v1", text);
    return readRecord(rbd, "image", identity);
  };
  it("is read where it is this disk's, and refused where it is another's or cannot be read", async () => {
    assert.equal((await read(JSON.stringify(record)))?.phase, "prepared");
    await assert.rejects(read(JSON.stringify({ ...record, stack: "p/other" })), /stack is p\/other, expected p\/s/);
    await assert.rejects(read(JSON.stringify({ ...record, generation: 2 })), /generation is 2/);
    await assert.rejects(read("{}"), /cannot be read by this version/);
  });
});
