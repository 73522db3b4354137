import assert from "node:assert/strict";
import { liveChanges } from "../../planning/live-changes.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { gate } from "../../planning/gate.ts";
import { disk, estateVm, input, nic, offer, plan } from "./fixtures.ts";
import { atSource, found } from "./live.ts";

const mac = "00:50:56:00:00:01";
const uuid = "5027a000-0000-4000-8000-000000000001";
const before = estateVm("web01", {
  instanceUuid: uuid,
  disks: [disk(2000, { uuid: "6000C290-01" }), disk(2001)],
  nics: [nic(4000, mac, "10.20.0.9")],
  snapshots: [{ id: "snapshot-1", name: "old" }],
  coresPerSocket: 1,
  esxiHost: "esx1",
  connectionState: "connected",
});

/** Category and text of what is found where the VM is now so. */
const changes = (now: object) =>
  liveChanges(before, found(before, now)).map(({ category, text }) => `${category}: ${text}`);
const disks = (first: object, ...more: object[]) => ({
  disks: [disk(2000, { uuid: "6000C290-01", ...first }), disk(2001), ...more],
});
const nics = (change: object) => ({ nics: [nic(4000, mac, "10.20.0.9", change)] });

describe("what changed at the source since the estate was written", () => {
  it("is nothing where nothing did", () => {
    assert.deepEqual(changes({}), []);
  });

  describe("is Critical where data would be lost or the wrong thing copied:", () => {
    const critical: readonly (readonly [what: string, now: object, text: RegExp])[] = [
      ["a disk was added", disks({}, disk(2002)), /Hard disk 3 \(2002\): is new/],
      ["a disk was removed", { disks: [disk(2000, { uuid: "6000C290-01" })] }, /\(2001\): is no longer there/],
      ["a disk has grown", disks({ capacityBytes: 11 * 2 ** 30 }), /size in bytes: 10737418240 -> 11811160064/],
      [
        "a disk is another file",
        disks({ file: "vm/other.vmdk" }),
        /file: \[ds1\] vm\/vm-2000\.vmdk -> \[ds1\] vm\/other/,
      ],
      ["a disk was moved to another datastore", disks({ datastore: "ds2" }), /-> \[ds2\]/],
      ["a disk became a difference", disks({ parentFile: "vm/base.vmdk" }), /difference to another file: no -> yes/],
      ["a disk was put in place of another", disks({ uuid: "6000C290-02" }), /identity/],
      ["a disk was encrypted", disks({ encrypted: true }), /encrypted: no -> yes/],
      ["a disk became a raw device", disks({ rdm: "physical" }), /raw device mapping: none -> physical/],
      ["a disk is shared now", disks({ sharing: "multiWriter" }), /sharing: none, bus none -> multiWriter/],
      ["a disk loses what is written", disks({ mode: "nonpersistent" }), /mode: persistent -> nonpersistent/],
      [
        "a snapshot was made",
        { snapshots: [...before.snapshots, { id: "snapshot-2", name: "new\n" }] },
        /new snapshot new\\u\{a\}/,
      ],
      ["a MAC address changed", nics({ macAddress: "00:50:56:00:00:02" }), /MAC address: .*:01 -> .*:02/],
      [
        "a network card was added",
        { nics: [...before.nics, nic(4001, "00:50:56:00:00:03", null)] },
        /\(4001\): is new/,
      ],
      ["the firmware changed", { firmware: "efi" }, /firmware: bios -> efi/],
      ["the VM was suspended", { powerState: "suspended" }, /power: poweredOn -> suspended/],
      ["the VM became a template", { template: true }, /template: no -> yes/],
      ["another VM has the id", { instanceUuid: uuid.replace("5", "6"), memoryMiB: 1 }, /identity \(another VM/],
    ];
    for (const [what, now, text] of critical)
      it(what, () => {
        const [only, ...others] = changes(now);
        assert.deepEqual(others, []);
        assert.match(only ?? "", /^Critical: /);
        assert.match(only ?? "", text);
      });
  });

  it("is a Warning where the server would be another than the VM", () => {
    assert.deepEqual(changes({ memoryMiB: 8192, cpus: 4, ...nics({ network: "DMZ" }) }), [
      "Warning: Network adapter 1 (4000) network: VM Network -> DMZ",
      "Warning: CPUs: 2 -> 4",
      "Warning: memory (MiB): 4096 -> 8192",
    ]);
    assert.deepEqual(changes({ powerState: "poweredOff" }), ["Warning: power: poweredOn -> poweredOff"]);
    assert.match(
      changes({ nics: [nic(4000, mac, "10.20.0.99")] }).join(),
      /^Warning: .* addresses: 10\.20\.0\.9 -> 10\.20\.0\.99$/,
    );
  });

  it("is only told where nothing depends on it", () => {
    assert.deepEqual(changes({ esxiHost: "esx2", toolsState: "notRunning", snapshots: [] }), [
      "Information: the snapshot old is gone",
      "Information: VMware Tools: running -> notRunning",
      "Information: ESXi host: esx1 -> esx2",
    ]);
  });

  it("is nothing where one of the two does not tell", () => {
    const silent = { coresPerSocket: null, hostName: null, esxiHost: null, connectionState: null, instanceUuid: null };
    assert.deepEqual(changes({ ...silent, ...nics({ adapter: null, addresses: [] }), ...disks({ uuid: null }) }), []);
  });

  it("cannot be waived where data would be lost", () => {
    const concerns = { "source.data-changed": { category: "waived", reason: "because" } };
    const wave = { ...input([before], { plan: plan({ web01: { concerns } }) }) };
    const [concern] = planWave(atSource(wave, disks({}, disk(2002)))).concerns.filter(
      ({ id }) => id === "source.data-changed",
    );
    assert.equal(concern?.category, "Critical");
  });

  it("stops a VM that has not begun, and warns of one that has", () => {
    const mark = { stack: "wavelift/wave1", key: "web01-disk-2000", generation: 1 };
    const volume = { id: "v", name: "v", status: "in-use", sizeGiB: 10, volumeType: "ceph", mark };
    for (const begun of [false, true]) {
      const offers = new Map([["lab", offer(begun ? { volumes: [volume] } : {})]]);
      const { file, concerns } = planWave(atSource(input([before], { offers }), disks({ capacityBytes: 2 ** 40 })));
      const result = gate(concerns, file, new Set(begun ? ["web01"] : []));
      const ids = (list: readonly { id: string }[]) => list.some(({ id }) => id === "source.data-changed");
      assert.deepEqual([ids(result.stopped), ids(result.warnings)], [!begun, begun]);
    }
  });
});
