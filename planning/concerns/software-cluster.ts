import { softwareOf } from "../../inventory/known-software.ts";
import { softwareFindings } from "../software-findings.ts";
import type { FactRule } from "./fact-rule.ts";

export const softwareCluster: FactRule = {
  id: "software.cluster",
  category: "Warning",
  label: "Cluster software in the guest",
  why: "Its address moves between VMs, which port security stops unless the ports name it; its shared disks need care.",
  checkFacts: (view) => [
    ...softwareFindings(
      view,
      "cluster",
      "put all members into one wave, and try a failover before the wave is accepted (on Windows: the SAN policy may " +
        "leave data disks offline, the NetFT adapter may be missing)",
    ),
    ...view.vms
      .filter(({ software, vips }) => softwareOf(software, "cluster").length > 0 && vips.length === 0)
      .map(({ key }) => ({
        vm: key,
        assessment: "cluster software, but no cluster address is known: add `vips` to its facts, or it gets no traffic",
      })),
  ],
};
