import type { CloudOffer } from "../../../cloud/offer.ts";
import type { PlanInput } from "../../../planning/plan-wave.ts";
import { estateVm, input, offer, plan } from "../fixtures.ts";
import { finds, silent, testRule } from "./cases.ts";

/** Three booted VMs of one server group with this policy. */
function three(policy: string, cloud: Partial<CloudOffer>, vm: object = {}): PlanInput {
  const keys = ["a", "b", "c"];
  const vms = Object.fromEntries(keys.map((key) => [key, { serverGroup: "set", ...vm }]));
  return input(
    keys.map((key) => estateVm(key)),
    { plan: plan(vms, { serverGroups: { set: { policy } } }), offers: new Map([["lab", offer(cloud)]]) },
  );
}
const zones = { availabilityZones: ["az1", "az2"], zoneHosts: { az1: 2, az2: 2 } };

testRule("server-group.hosts", [
  finds("fewer hosts than servers that must be apart", three("anti-affinity", { zoneHosts: { nova: 2 } }), [
    null,
    "Critical",
    /server group set \(anti-affinity\) needs 3 hosts, 2 run: use soft-anti-affinity/,
  ]),
  finds("fewer hosts in the zone that they name", three("anti-affinity", zones, { availabilityZone: "az1" }), [
    null,
    "Critical",
    /needs 3 hosts, 2 run/,
  ]),
  finds("hosts that are not shown to this user", three("anti-affinity", { zoneHosts: null }), [
    null,
    "Information",
    /needs 3 hosts; how many there are is not shown/,
  ]),
  finds("servers that must be on one host", three("affinity", {}), [
    null,
    "Information",
    /puts 6 more vCPUs and 12288 MiB on one host/,
  ]),
  silent("enough hosts in all zones together", three("anti-affinity", zones)),
  silent("a policy that gives way", three("soft-anti-affinity", { zoneHosts: { nova: 1 } })),
]);
