import { clusterFindings } from "../source-clusters.ts";
import type { FactRule } from "./fact-rule.ts";

export const clusterDrs: FactRule = {
  id: "cluster.drs",
  category: "Information",
  label: "Source cluster moves VMs by itself (DRS)",
  about: "wave",
  why: "A VM that moves to another host while it is read slows its copy, or breaks a connection to that host.",
  checkFacts: (view) =>
    clusterFindings(
      view,
      ({ drs }) => drs === true,
      "has DRS on: set these VMs' automation to manual for the night, or DRS as a whole",
    ),
};
