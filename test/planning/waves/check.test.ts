import assert from "node:assert/strict";
import type { EstateVm } from "../../../inventory/schema/estate.ts";
import type { Wave } from "../../../inventory/schema/plan.ts";
import { ThroughputModel } from "../../../inventory/schema/throughput.ts";
import { bootChain } from "../../../planning/waves/boot-chain.ts";
import { checkWaves, type CheckInput } from "../../../planning/waves/check.ts";
import { waveRow } from "../../../planning/waves/wave-row.ts";
import { disk, estateVm } from "../fixtures.ts";

const throughput = ThroughputModel.parse({ disksAtOnce: 100, verifyShare: 0 });
const wave = (vms: Wave["vms"], changes: Partial<Wave> = {}): Wave => ({ target: "t", exclude: [], ...changes, vms });
const vm = (key: string, changes: object = {}, gib = 100) =>
  estateVm(key, { disks: [disk(2000, { file: `${key}.vmdk`, capacityBytes: gib * 2 ** 30 })], ...changes });

describe("checking waves", () => {
  const found = (waves: Record<string, Wave>, vms: readonly EstateVm[], changes: Partial<CheckInput> = {}) =>
    checkWaves({
      plan: { waves, throughput },
      estate: new Map(vms.map((one) => [one.key, one])),
      archived: new Set(),
      by: [],
      limits: { maxVms: 50, maxBytes: Infinity },
      ...changes,
    });
  const short = (findings: ReturnType<typeof found>) =>
    findings.map(({ category, id, waves }) => [category, id, ...waves].join(" "));

  it("finds nothing where nothing is to be found", () => {
    assert.deepEqual(found({ w1: wave({ a: {}, b: { dependsOn: ["a"] } }) }, [vm("a"), vm("b")]), []);
  });

  it("tells of hard groups that are apart, a VM in two waves, and one that is waited for elsewhere", () => {
    const shared = { disks: [disk(2000, { file: "s" })] };
    const waves = { w1: wave({ a: {}, c: { dependsOn: ["d"] }, e: {} }), w2: wave({ b: {}, d: {}, e: {} }) };
    const vms = [vm("a", shared), vm("b", shared), vm("c"), vm("d"), vm("e")];
    assert.deepEqual(short(found(waves, vms)), [
      "Critical group.dependency w1 w2",
      "Critical group.disk w1 w2",
      "Critical vm.two-waves w1 w2",
    ]);
    const alone = found({ w1: wave({ a: {} }) }, vms.slice(0, 2), { archived: new Set(["b"]) });
    assert.deepEqual(short(alone), ["Critical group.disk w1"]);
    assert.match(alone[0]?.text ?? "", /a \(w1\), b \(archived\)/);
  });

  it("tells of clusters and applications that are apart, by weight", () => {
    const both = { tags: ["app:x"], vips: ["10.0.0.9"] };
    const findings = found({ w1: wave({ a: {} }), w2: wave({ b: {} }) }, [vm("a", both), vm("b", both)], {
      by: [{ kind: "tag", category: "app" }],
    });
    assert.deepEqual(short(findings), ["Warning group.address w1 w2", "Information group.tag w1 w2"]);
  });

  it("tells of waves over the limits, VMs without facts, and VMs in no wave", () => {
    const findings = found(
      { w1: wave({ a: {}, b: {}, gone: {} }) },
      [vm("a"), vm("b"), vm("new"), vm("t", { template: true })],
      {
        limits: { maxVms: 1, maxBytes: Infinity },
      },
    );
    assert.deepEqual(short(findings), [
      "Warning vm.no-facts w1",
      "Warning wave.too-large w1",
      "Information vm.in-no-wave",
    ]);
    assert.deepEqual(findings.at(-1)?.vms, ["new"]);
  });

  it("says which two VMs should change places, and the seconds won", () => {
    const on = (esxiHost: string, keys: string[]) =>
      keys.map((key) =>
        vm(key, { esxiHost, disks: [disk(2000, { file: key, datastore: key, capacityBytes: 200 * 2 ** 30 })] }),
      );
    const vms = [...on("esx1", ["a1", "a2", "a3", "a4"]), ...on("esx2", ["b1", "b2", "b3", "b4"])];
    const waves = { w1: wave({ a1: {}, a2: {}, a3: {}, a4: {} }), w2: wave({ b1: {}, b2: {}, b3: {}, b4: {} }) };
    const [first, ...more] = found(waves, vms);
    assert.deepEqual(first?.vms, ["a1", "b1"]);
    assert.equal(first.text, "w1 waits for ESXi host esx1: a1 to w2 and b1 to w1 saves 23 min");
    // 800 GiB of one host in each wave, and after the swap 600.
    assert.equal(first.secondsWon, Math.round((2 * 200 * 1024) / 294));
    assert.equal(more.length, 1);
    const accepted = { ...waves, w2: wave(waves.w2.vms, { defaults: { phase: "accepted" } }) };
    assert.deepEqual(found(accepted, vms), []);
    const bound = vms.map((one) => ({ ...one, tags: [`app:${one.esxiHost ?? ""}`] }));
    assert.deepEqual(found(waves, bound, { by: [{ kind: "tag", category: "app" }] }), []);
  });

  it("sums a wave up: what is still to come, and the boots in a row", () => {
    const vms: Wave["vms"] = {
      a: {},
      b: { dependsOn: ["a"] },
      c: { dependsOn: ["b"], exclude: true },
      d: { phase: "accepted" },
      x: {},
    };
    const estate = new Map(["a", "b", "c", "d"].map((key) => [key, vm(key)] as const));
    const row = waveRow("w1", wave(vms), estate, throughput);
    assert.deepEqual(
      { ...row, estimate: row.estimate.readBytes },
      {
        wave: "w1",
        description: null,
        vms: 5,
        disks: 4,
        capacityBytes: 400 * 2 ** 30,
        phases: { accepted: 1, cutover: 4 },
        excluded: 1,
        unknown: 1,
        estimate: 200 * 2 ** 30,
      },
    );
    assert.equal(bootChain({ vms }), 3);
    assert.equal(bootChain({ vms: { a: { dependsOn: ["b"] }, b: { dependsOn: ["a"] } } }), 2);
  });
});
