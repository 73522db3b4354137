import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const placementHost: FactRule = {
  id: "placement.host",
  category: "Warning",
  label: "Tied to hosts",
  why: "A rule that ties a VM to hosts is often there for a licence; OpenStack chooses the host by itself.",
  checkFacts: (view) =>
    perFacts(view, ({ placementRules }) =>
      placementRules
        .filter(({ kind, enabled }) => enabled && (kind === "hostAffinity" || kind === "hostAntiAffinity"))
        .map(
          ({ name, kind }) =>
            `rule ${shown(name)} ${kind === "hostAffinity" ? "ties the VM to" : "keeps the VM off"} certain hosts: if that must ` +
            "stay so, name an availabilityZone or a flavor of a host aggregate",
        ),
    ),
};
