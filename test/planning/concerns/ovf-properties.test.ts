import { finds, one, silent, testRule } from "./cases.ts";

testRule("ovf.properties", [
  finds(
    "an appliance with settings",
    one({ ovfProperties: { "vami.ip0": "10.0.0.1", "vami.gateway": "10.0.0.254" } }),
    ["web01", "Warning", /2 OVF properties \(vami\.gateway, vami\.ip0\)/],
  ),
  silent("a VM without any", one({ ovfProperties: {} })),
]);
