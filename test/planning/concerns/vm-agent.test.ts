import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.agent", [
  finds("an agent of the cluster services", one({ name: "vCLS-4c3f" }), [
    "web01",
    "Warning",
    /an agent of vSphere's cluster services/,
  ]),
  finds("a vCenter", one({ name: "VMware vCenter Server" }), ["web01", "Warning", /a vCenter/]),
  silent("a VM with such letters in its name", one({ name: "web-vcls-nsxproxy" })),
]);
