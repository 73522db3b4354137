import { clusterFindings } from "../source-clusters.ts";
import type { FactRule } from "./fact-rule.ts";

export const clusterDpm: FactRule = {
  id: "cluster.dpm",
  category: "Information",
  label: "Source cluster switches hosts off (DPM)",
  about: "wave",
  why: "At night, when waves run, hosts may be switched off and VMs moved.",
  checkFacts: (view) =>
    clusterFindings(view, ({ dpm }) => dpm === true, "has DPM on: switch it off for the night of the wave"),
};
