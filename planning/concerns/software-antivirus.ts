import { softwareFindings } from "../software-findings.ts";
import type { FactRule } from "./fact-rule.ts";

export const softwareAntivirus: FactRule = {
  id: "software.antivirus",
  category: "Warning",
  label: "Antivirus in the guest",
  why: "It may undo or block drivers and first-boot scripts, so that the server does not come up.",
  checkFacts: (view) =>
    softwareFindings(
      view,
      "antivirus",
      "exempt the conversion from it (first-boot scripts, virtio drivers), or switch it off for the night",
    ),
};
