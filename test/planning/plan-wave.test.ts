import assert from "node:assert/strict";
import fc from "fast-check";
import { toSortedJson } from "../../inventory/json.ts";
import { Concern, WaveFile } from "../../inventory/schema/wave.ts";
import { inCidr } from "../../planning/address.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { planInputs } from "./arbitraries.ts";
import { disk, estateVm, input, nic, offer, plan, stack } from "./fixtures.ts";

describe("planWave", () => {
  it("plans a VM with its disks, NICs and reasons", () => {
    const { file, concerns } = planWave(input([estateVm("web01", { powerState: "poweredOff" })]));
    const [vm] = file.vms;
    assert.ok(vm);
    assert.deepEqual(concerns, []);
    assert.deepEqual(file.targets, { lab: { cloud: "lab" } });
    assert.equal(vm.flavor.reason, "smallest of 2 with >= 2 vCPUs and >= 4096 MiB: m1.medium 2 x 4096");
    assert.deepEqual([vm.boot, vm.bootReason.startsWith("poweredOff at the source")], [false, true]);
    assert.deepEqual(
      vm.disks.map(({ key, sizeGiB, bootIndex, volumeType }) => [key, sizeGiB, bootIndex, volumeType]),
      [["web01-disk-2000", 10, 0, "ceph"]],
    );
    assert.deepEqual(vm.nics[0]?.securityGroups, ["web"]);
  });

  it("gives the server its boot disk first, the others by controller, its NICs as at the source", () => {
    const vm = estateVm("db", {
      disks: [disk(2002), disk(2000), disk(2001, { bootOrder: 0 })],
      nics: [nic(4001, "00:50:56:00:00:02", null, { network: "DMZ" }), nic(4000, "00:50:56:00:00:01", "10.20.0.9")],
    });
    const planned = planWave(input([vm])).file.vms[0];
    assert.ok(planned);
    assert.deepEqual(
      planned.disks.map(({ deviceKey, bootIndex }) => [deviceKey, bootIndex]),
      [
        [2001, 0],
        [2000, -1],
        [2002, -1],
      ],
    );
    assert.deepEqual(
      planned.nics.map(({ deviceKey }) => deviceKey),
      [4001, 4000],
    );
  });

  it("lets the VM's words win over the wave's defaults and the plan", () => {
    const overrides = { web01: { phase: "precopy", securityGroups: [], imageProperties: { b: "vm" } }, web02: {} };
    const defaults = { phase: "accepted", generation: 3, imageProperties: { a: "wave", b: "wave" } };
    const { file } = planWave(
      input([estateVm("web01"), estateVm("web02")], { plan: plan(overrides, {}, { defaults }) }),
    );
    const [first, second] = file.vms;
    assert.deepEqual([first?.phase, second?.phase], ["precopy", "accepted"]);
    assert.deepEqual([first?.generation, second?.generation], [3, 3]);
    assert.deepEqual([first?.nics[0]?.securityGroups, second?.nics[0]?.securityGroups], [[], ["web"]]);
    assert.deepEqual([first?.imageProperties["a"], first?.imageProperties["b"]], ["wave", "vm"]);
  });

  it("keeps the previous entry of a VM that can no longer be planned, but follows the plan's phase", () => {
    const vm = estateVm("web01");
    const { file: previous } = planWave(input([vm]));
    const noFlavor = new Map([["lab", offer({ flavors: [] })]]);
    const { file, concerns } = planWave(input([vm], { offers: noFlavor, previous }));
    assert.deepEqual(file.vms, previous.vms);
    assert.deepEqual(
      concerns.filter(({ category }) => category === "Critical").map(({ id }) => id),
      ["flavor.none"],
    );
    assert.ok(concerns.some(({ id, vm: key }) => id === "vm.kept" && key === "web01"));

    const absent = plan({ web01: { phase: "absent" } });
    const back = planWave(input([], { plan: absent, previous })).file;
    assert.deepEqual(back.vms, [{ ...previous.vms[0], phase: "absent" }]);
    assert.deepEqual(back.targets, previous.targets);
  });

  it("leaves a VM that has begun as it was decided while it is excluded, and plans one that has not", () => {
    const vm = estateVm("web01");
    const { file: previous } = planWave(input([vm]));
    const volume = { id: "v", name: "v", status: "in-use", sizeGiB: 10, volumeType: "ceph" };
    const mark = { stack, key: "web01-disk-2000", generation: 1 };
    const changed = plan({ web01: { exclude: true, flavor: "m1.large" } });
    const flavorWith = (volumes: Parameters<typeof offer>[0]) =>
      planWave(input([vm], { plan: changed, previous, offers: new Map([["lab", offer(volumes)]]) })).file.vms[0]?.flavor
        .name;
    assert.equal(flavorWith({ volumes: [{ ...volume, mark }] }), "m1.medium");
    assert.equal(flavorWith({ volumes: [{ ...volume, mark: null }] }), "m1.large");
  });

  it("never throws, and writes a file and concerns that fit their schemas and come back the same", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        const { file, concerns } = planWave(any);
        assert.deepEqual(WaveFile.parse(JSON.parse(toSortedJson(file))), file);
        for (const concern of concerns) Concern.parse(concern);
        assert.ok(concerns.every(({ id }) => id !== "rule.failed"));
        assert.deepEqual(
          file.vms.map(({ key }) => key),
          file.vms.map(({ key }) => key).sort(),
        );
      }),
      { numRuns: 400 },
    );
  });

  it("decides the same whatever the order of estate, plan and offers", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        const wave = any.plan.waves["wave1"];
        assert.ok(wave);
        const lab = any.offers.get("lab");
        assert.ok(lab);
        const turned = {
          ...any,
          plan: {
            ...any.plan,
            waves: { wave1: { ...wave, vms: Object.fromEntries(Object.entries(wave.vms).reverse()) } },
          },
          estate: new Map([...any.estate].reverse()),
          offers: new Map([
            ["lab", { ...lab, flavors: [...lab.flavors].reverse(), networks: [...lab.networks].reverse() }],
          ]),
        };
        assert.deepEqual(planWave(turned), planWave(any));
      }),
      { numRuns: 200 },
    );
  });

  it("puts every fixed IP inside its subnet and every NIC of a planned VM somewhere", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        const subnets = any.offers.get("lab")?.subnets ?? [];
        for (const vm of planWave(any).file.vms) {
          for (const { fixedIps, networkId } of vm.nics)
            for (const { subnetId, ipAddress } of fixedIps) {
              const found = subnets.find(({ id }) => id === subnetId);
              assert.ok(found && inCidr(ipAddress, found.cidr) && found.networkId === networkId);
            }
          assert.equal(vm.nics.length + vm.ignoredNics.length, any.estate.get(vm.key)?.nics.length);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("plans a VM that is to be checked, or tells a Critical concern of it", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        const { file, concerns } = planWave(any);
        const wave = any.plan.waves[any.wave];
        for (const [key, vm] of Object.entries(wave?.vms ?? {})) {
          const phase = vm.phase ?? wave?.defaults?.phase ?? "cutover";
          if (phase === "absent" || phase === "accepted" || vm.exclude === true) continue;
          const told = concerns.some((concern) => concern.vm === key && concern.category === "Critical");
          assert.ok(told || file.vms.some((planned) => planned.key === key), `${key} is lost without a word`);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("gives names without control characters, within 255, and sizes that hold the disk", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        for (const vm of planWave(any).file.vms) {
          for (const { name } of [vm, ...vm.disks, ...vm.nics]) {
            assert.doesNotMatch(name, /[\p{C}\p{Zl}\p{Zp}]/u);
            assert.ok(name.length >= 1 && name.length <= 255 && name === name.trim());
          }
          for (const { capacityBytes, sizeGiB } of vm.disks) {
            assert.ok(sizeGiB * 2 ** 30 >= capacityBytes && (sizeGiB - 1) * 2 ** 30 < capacityBytes);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it("shows no control character of the source in reasons and assessments", () => {
    fc.assert(
      fc.property(planInputs, (any) => {
        const { file, concerns } = planWave(any);
        const texts = file.vms.flatMap((vm) => [
          vm.flavor.reason,
          vm.bootReason,
          vm.bootDiskReason,
          vm.imagePropertiesReason,
          ...vm.disks.map(({ volumeTypeReason }) => volumeTypeReason),
          ...vm.nics.map(({ reason }) => reason),
        ]);
        for (const text of [...texts, ...concerns.map(({ assessment }) => assessment)]) {
          assert.doesNotMatch(text, /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        }
      }),
      { numRuns: 200 },
    );
  });
});
