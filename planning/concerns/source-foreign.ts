import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** What VMware writes as VirtualSystemType: its hardware versions, newest first. */
const ofVmware = /^(vmx|vmw?are)/i;

export const sourceForeign: FactRule = {
  id: "source.foreign",
  category: "Warning",
  label: "OVF of another maker",
  why: "Each maker writes OVF in its own way: firmware, controllers and the guest's system may be told wrongly, or not at all.",
  checkFacts: (view) =>
    perFacts(view, ({ source: { kind, product } }) => {
      if (kind !== "ova" || (product !== undefined && ofVmware.test(product))) return [];
      const maker = product === undefined ? "does not say what made it" : `was made for ${shown(product)}`;
      return [
        `the OVF ${maker}, expected VMware (vmx-NN): compare firmware, disks and NICs with the source, and name in the plan ` +
          "what is wrong (firmware, bootDisk, imageProperties)",
      ];
    }),
};
