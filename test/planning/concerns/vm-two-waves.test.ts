import { finds, one, testRule } from "./cases.ts";

testRule("vm.two-waves", [
  finds("a VM of two waves", one({}, {}, {}, twoWaves()), ["web01", "Critical", /also in wave wave2/]),
]);

function twoWaves(): object {
  const wave = { target: "lab", vms: { web01: {} } };
  return { waves: { wave1: wave, wave2: wave } };
}
