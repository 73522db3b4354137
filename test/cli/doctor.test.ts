import assert from "node:assert/strict";
import { atLeast, type Finding } from "../../cli/doctor/finding.ts";
import { judgeHost } from "../../cli/doctor/host.ts";
import { judgeSettings } from "../../cli/doctor/near.ts";
import { judgeOut } from "../../cli/doctor/out.ts";
import { whichHosts, whichRunner } from "../../cli/doctor/which.ts";
import type { HostFacts } from "../../conversion/probe/facts.ts";
import { aheadMs } from "../../conversion/probe/pool.ts";
import { Settings } from "../../conversion/settings.ts";
import { Plan } from "../../inventory/schema/plan.ts";

const tool = (version: string) => ({ found: true, version });
const steps = { list: null, create: null, write: null, read: null, metadata: null, watchers: null, fence: null };
const pool = {
  pool: "volumes",
  user: "cinder",
  conf: "/etc/ceph/ceph.conf",
  steps,
  leftover: null,
  monitorsAheadMs: 12,
};
const healthy: HostFacts = {
  hostName: "conv1",
  node: "20.18.0",
  clockMs: 1_000_000,
  openFiles: 4096,
  setpriv: null,
  tools: {
    "qemu-img": tool("6.1.0"),
    "qemu-nbd": tool("7.2"),
    rbd: tool("16.2.15"),
    ceph: tool("19.2.0"),
    rados: tool("19.2.0"),
    setpriv: tool("2.38.1"),
    prlimit: tool("2.38.1"),
  },
  runFolder: { path: "/run/wavelift", freeBytes: 1e9, fault: null },
  bundleFolder: { path: "/root/.cache/wavelift", freeBytes: 1e9, fault: null },
  datastores: { ds1: { path: "/mnt/ds1", writable: false, fault: null } },
  pools: { prod: pool },
};
const judge = (change: Partial<HostFacts>): Finding[] =>
  judgeHost("conv1", { facts: { ...healthy, ...change }, askedMs: 999_000, answeredMs: 1_001_000 });
const bad = (change: Partial<HostFacts>): string[] =>
  judge(change).flatMap(({ check, state, found, remedy }) =>
    state === "fault" || state === "warning" ? [`${state} ${check}: ${found} -> ${remedy}`] : [],
  );

describe("doctor", () => {
  it("finds nothing on a healthy host", () => {
    assert.deepEqual(bad({}), []);
  });

  it("says which sources need nbdkit where it is missing, which is no fault", () => {
    const missing = judge({ tools: { ...healthy.tools, nbdkit: { found: false, version: null } } });
    const nbdkit = missing.find(({ check }) => check === "nbdkit");
    assert.deepEqual([nbdkit?.state, nbdkit?.found], ["note", "not there"]);
    assert.match(nbdkit?.expected ?? "", /over ssh .* VMware's library/);
    assert.match(nbdkit?.remedy ?? "", /apt install nbdkit/);
  });

  const faults: [string, Partial<HostFacts>, RegExp][] = [
    ["an old node", { node: "20.9.0" }, /^fault node: 20\.9\.0 -> Install a newer one/],
    [
      "a missing tool",
      { tools: { ...healthy.tools, "qemu-nbd": { found: false, version: null } } },
      /^fault qemu-nbd: not there -> [^]*apt install qemu-utils; RHEL: dnf install qemu-img/,
    ],
    [
      "an old qemu",
      { tools: { ...healthy.tools, "qemu-img": tool("4.2.1") } },
      /^fault qemu-img: 4\.2\.1 -> Install a newer one/,
    ],
    [
      "an old ceph",
      { tools: { ...healthy.tools, ceph: tool("15.2.17") } },
      /^fault ceph: 15\.2\.17 -> [^]*ceph-common/,
    ],
    ["no setpriv", { setpriv: "ENOENT" }, /^fault setpriv --pdeathsig: ENOENT -> Install util-linux/],
    [
      "a datastore that is not mounted",
      { datastores: { ds1: { path: "/mnt/ds1", writable: false, fault: "No such file" } } },
      /^fault datastore ds1: No such file -> Mount it/,
    ],
    [
      "a pool out of reach",
      { pools: { prod: { ...pool, steps: { ...steps, list: "timed out", create: "skipped", fence: "skipped" } } } },
      /^fault pool volumes of prod \(client\.cinder\): reached: timed out -> [^]*keyring of client\.cinder/,
    ],
    [
      "no rbd driver in qemu",
      { pools: { prod: { ...pool, steps: { ...steps, write: "Unknown driver 'rbd'", read: "skipped" } } } },
      /^fault [^]*written through qemu: Unknown driver 'rbd' -> [^]*qemu-block-extra/,
    ],
    [
      "a key that may not fence",
      { pools: { prod: { ...pool, steps: { ...steps, fence: "access denied" } } } },
      /^fault [^]*fencing: access denied -> [^]*mon 'profile rbd'/,
    ],
    [
      "a test image that stays",
      { pools: { prod: { ...pool, leftover: "volumes/x: busy" } } },
      /^warning [^]*test image: volumes\/x: busy/,
    ],
    [
      "a full disk",
      { bundleFolder: { path: "/b", freeBytes: 1000, fault: null } },
      /^fault folder of the conversion program: \/b: 0 MiB free/,
    ],
    [
      "no run folder",
      { runFolder: { path: "", freeBytes: null, fault: "belongs to 5" } },
      /^fault folder of locks and sockets: belongs to 5 -> [^]*WAVELIFT_RUN_DIR/,
    ],
    ["few open files", { openFiles: 256 }, /^fault open files: 256 -> [^]*nofile/],
    ["not many open files", { openFiles: 1024 }, /^warning open files: 1024/],
    [
      "a clock that is behind",
      { clockMs: 999_000 - 40_000 },
      /^warning clock against this machine's: 40 s apart -> [^]*chrony/,
    ],
    ["a clock that is far ahead", { clockMs: 1_001_000 + 400_000 }, /^fault clock against this machine's: 400 s apart/],
    [
      "monitors with another time",
      { pools: { prod: { ...pool, monitorsAheadMs: -31_000 } } },
      /^warning clock against Ceph's monitors of prod: 31 s apart/,
    ],
  ];
  for (const [what, change, message] of faults)
    it(`tells of ${what}, with what to do, and of nothing else`, () => {
      const found = bad(change);
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", message);
    });

  it("compares versions by number", () => {
    const cases: [string, string, boolean][] = [
      ["10.0", "5.0", true],
      ["16.2.15", "16", true],
      ["20.9", "20.18", false],
      ["5", "5.0", true],
      ["4.99.9", "5.0", false],
    ];
    for (const [version, needed, result] of cases)
      assert.equal(atLeast(version, needed), result, `${version} ${needed}`);
  });

  it("reads the monitors' clock from the answer to a fence of one second", () => {
    const now = Date.parse("2026-11-21T14:00:00Z");
    const text = "blocklisting 192.0.2.1:0/1 until 2026-11-21T15:00:03.500000+0100 (1 sec)\n";
    assert.equal(aheadMs(text, now), 2500);
    assert.equal(aheadMs("whatever", now), null);
  });

  it("tells what the plan names and runners.yaml does not know", () => {
    const plan = Plan.parse({
      ...{ version: 1, targets: { prod: { cloud: "p" }, dr: { cloud: "d" } }, networks: {} },
      ...{ datastores: { a: "t", b: "t" }, waves: {} },
    });
    const settings = Settings.parse({ version: 1, datastores: { a: "/a" }, storage: { prod: {} } });
    assert.deepEqual(
      judgeSettings(settings, plan).map(({ state, found }) => `${state} ${found}`),
      ['fault no target "dr"', 'warning no datastore "b"'],
    );
  });

  it("looks at every host of a pool, or at the one that is named, and tells which are left out and why", () => {
    const hosts = [{ kind: "local" }, { kind: "ssh", host: "conv2", name: "spare", datastores: { b: "/b" } }];
    const settings = Settings.parse({
      ...{ version: 1, datastores: { a: "/a" }, storage: {} },
      runner: { kind: "pool", hosts },
    });
    const namesOf = (argument: string | undefined) => whichHosts(argument, settings).map(({ name }) => name);
    assert.deepEqual(namesOf(undefined), ["this host", "spare"]);
    assert.deepEqual([namesOf("spare"), namesOf("conv2")], [["spare"], ["spare"]]);
    assert.deepEqual(namesOf("root@conv3"), ["the conversion host"]);
    const plan = Plan.parse({
      ...{ version: 1, targets: {}, networks: {}, waves: {} },
      datastores: { a: "t", b: "t" },
    });
    assert.deepEqual(
      judgeSettings(settings, plan).map(({ found }) => found),
      ['no datastore "b"'],
    );
    const out = { reason: "is away", sinceMs: 0, untilMs: 60_000, times: 2, needsPerson: false };
    const of = (id: string) => (id.endsWith("/conv2") ? out : null);
    const [found, ...others] = judgeOut(whichHosts(undefined, settings), { of }, 1000);
    assert.deepEqual([found?.where, others], ["spare", []]);
    assert.match(
      found?.found ?? "",
      /^left out since 1970-01-01T00:00:00\.000Z \(2 times\), .* after 1970-01-01T00:01[^]*: is away$/,
    );
  });

  it("understands the host of the command line", () => {
    const ssh = Settings.parse({
      ...{ version: 1, datastores: {}, storage: {} },
      runner: { kind: "ssh", host: "conv1", user: "mover", identityFile: "/k" },
    }).runner;
    assert.deepEqual(whichRunner(undefined, ssh), ssh);
    assert.deepEqual(whichRunner("local", ssh), { kind: "local" });
    assert.deepEqual(whichRunner("root@conv2:2222", ssh), { ...ssh, host: "conv2", user: "root", port: 2222 });
    assert.deepEqual(whichRunner("[fd00::1]:22", ssh), { ...ssh, host: "fd00::1", port: 22 });
    assert.deepEqual(whichRunner("fd00::1", ssh), { ...ssh, host: "fd00::1" });
    for (const wrong of ["-oProxyCommand=id", "a b", "root@", "h:99999", "h:x"])
      assert.throws(
        () => whichRunner(wrong, ssh),
        /names no conversion host: expected local or \[user@\]host\[:port\]/,
        wrong,
      );
  });
});
