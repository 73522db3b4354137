import assert from "node:assert/strict";
import { WaveFile } from "../../inventory/schema/wave.ts";
import { otherWaveConcerns } from "../../planning/other-waves.ts";
import { sampleWave } from "../components/sample-wave.ts";

const other = (change: (vm: WaveFile["vms"][number]) => object, wave = "other") =>
  WaveFile.parse({
    ...sampleWave,
    wave,
    vms: sampleWave.vms
      .filter(({ key }) => key === "off")
      .map((vm) => ({
        ...vm,
        key: "twin",
        nics: vm.nics.map((nic) => ({ ...nic, key: "twin-nic-4000" })),
        ...change(vm),
      })),
  });
const one = WaveFile.parse({ ...sampleWave, vms: sampleWave.vms.filter(({ key }) => key === "off") });
const nics = (more: object) => (vm: WaveFile["vms"][number]) => ({
  nics: vm.nics.map((nic) => ({ ...nic, key: "twin-nic-4000", ...more })),
});

describe("addresses that two waves plan", () => {
  it("are told, MAC and IP, with the other's wave, and stop nothing", () => {
    const found = otherWaveConcerns(one, [other(() => ({}))]);
    assert.deepEqual(
      found.map(({ vm, category, assessment }) => [vm, category, assessment.split(":").slice(0, -1).join(":")]),
      [
        ["off", "Warning", "MAC 00:50:56:00:00:01 of off-nic-4000 is also planned for twin-nic-4000 in wave other"],
        ["off", "Warning", "10.20.0.50 of off-nic-4000 is also planned for twin-nic-4000 in wave other"],
      ],
    );
  });

  it("are no matter where the other is another network, target or address, rolled back, left out, or this wave", () => {
    for (const change of [
      nics({ networkId: "net-2" }),
      () => ({ target: "tenant" }),
      nics({ macAddress: "00:50:56:00:00:99", fixedIps: [{ subnetId: "sub-1", ipAddress: "10.20.0.99" }] }),
      () => ({ phase: "absent" }),
      () => ({ exclude: true }),
    ])
      assert.deepEqual(otherWaveConcerns(one, [other(change)]), []);
    assert.deepEqual(otherWaveConcerns(one, [one]), []);
    const accepted = WaveFile.parse({ ...one, vms: one.vms.map((vm) => ({ ...vm, phase: "accepted" })) });
    assert.deepEqual(otherWaveConcerns(accepted, [other(() => ({}))]), []);
  });
});
