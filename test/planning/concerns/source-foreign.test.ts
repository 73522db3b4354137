import { finds, one, silent, testRule } from "./cases.ts";

testRule("source.foreign", [
  finds("an OVF of VirtualBox", one({ source: { kind: "ova", id: "1", product: "virtualbox-2.2" } }), [
    "web01",
    "Warning",
    /was made for virtualbox-2\.2, expected VMware/,
  ]),
  finds("an OVF that does not say", one({ source: { kind: "ova", id: "1" } }), [
    "web01",
    "Warning",
    /does not say what made it/,
  ]),
  silent("an OVF of VMware", one({ source: { kind: "ova", id: "1", product: "vmx-19" } })),
  silent("a VM of a vCenter", one({})),
]);
