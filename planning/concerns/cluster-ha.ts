import { clusterFindings } from "../source-clusters.ts";
import type { FactRule } from "./fact-rule.ts";

export const clusterHa: FactRule = {
  id: "cluster.ha",
  category: "Information",
  label: "Source cluster restarts VMs (HA)",
  about: "wave",
  why: "OpenStack restarts no server of a failed host by itself: that takes Masakari or an operator.",
  checkFacts: (view) =>
    clusterFindings(
      view,
      ({ highAvailability }) => highAvailability === true,
      "has high availability on: agree with the cloud's owner who restarts servers of a failed host",
    ),
};
