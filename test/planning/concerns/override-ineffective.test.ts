import { estateVm, input, plan } from "../fixtures.ts";
import type { PlanInput } from "../../../planning/plan-wave.ts";
import { finds, one, silent, testRule, waive } from "./cases.ts";

testRule("override.ineffective", [
  finds(
    "overrides of unknown and of hard rules",
    one({ cpus: 64 }, { concerns: { "snapshot.presnt": waive(), "flavor.none": waive() } }),
    ["web01", "Warning", /flavor\.none cannot be changed/],
    ["web01", "Warning", /no rule snapshot\.presnt; did you mean snapshot\.present\?/],
  ),
  finds(
    "what the wave says for all its VMs, once",
    wave({ defaults: { concerns: { "vm.tmp": waive(), "quota.exceeded": waive(), "vm.tpm": waive() } } }),
    [
      null,
      "Warning",
      /^concerns of the wave's defaults: quota\.exceeded is about the wave as a whole: say it in `concerns`/,
    ],
    [null, "Warning", /^concerns of the wave's defaults: there is no rule vm\.tmp; did you mean vm\.tpm\?/],
  ),
  finds("what belongs to a VM, but is said of the wave", wave({ concerns: { "vm.tpm": waive() } }), [
    null,
    "Warning",
    /^concerns of the wave: vm\.tpm is about VMs: say it in `defaults` or with the VM/,
  ]),
  silent("what is said where it belongs", wave({ concerns: { "quota.exceeded": waive(), "rule.failed": waive() } })),
  silent("a rule of the operator", {
    ...one({}, { concerns: { "own.owner": waive() } }),
    rules: [{ id: "own.owner", category: "Warning", label: "x", why: "x.", check: () => [] }],
  }),
]);

function wave(fields: object): PlanInput {
  const vms = ["a", "b"].map((key) => estateVm(key, { powerState: "poweredOff" }));
  return input(vms, { plan: plan({ a: {}, b: {} }, {}, fields) });
}
