import type { SourceNetwork } from "../../inventory/schema/source.ts";
import { shown } from "../../inventory/shown.ts";
import { sourceOf } from "../source-of.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const networkSpecial: FactRule = {
  id: "network.special",
  category: "Warning",
  label: "Network that a port is not the same as",
  why: "A trunk carries VLANs that the guest opens by itself; NSX filters by rules that Neutron does not know.",
  checkFacts: (view) =>
    perFacts(view, (vm) => {
      const networks = sourceOf(vm, view.sources)?.networks ?? [];
      return vm.nics.flatMap(({ deviceKey, network }) => {
        const found = networks.filter(({ name }) => name === network);
        return [...new Set(found.flatMap(special))].map(
          (what) => `network ${shown(network)} of NIC ${deviceKey} ${what}`,
        );
      });
    }),
};

function special({ kind, vlan }: SourceNetwork): string[] {
  const isTrunk = vlan !== null && (/[-,]/.test(vlan) || vlan === "4095");
  return [
    ...(isTrunk
      ? [
          `is a trunk (VLAN ${shown(vlan, 40)}): the server's port carries untagged traffic only. Give it a NIC for each ` +
            "VLAN, or make a Neutron trunk by hand",
        ]
      : []),
    ...(kind === "opaque"
      ? ["is NSX's: its firewall rules do not move. Write them as security groups in the plan"]
      : []),
  ];
}
