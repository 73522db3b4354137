import { shown } from "../../inventory/shown.ts";
import { softwareOf } from "../../inventory/known-software.ts";
import { isWindows } from "../windows-release.ts";
import type { FactRule } from "./fact-rule.ts";
import type { Finding } from "./rule.ts";

/** As people name them: dc01, berlin-dc2, addc1. Never the dc inside another word. */
const named = /(^|[^a-z])(ad)?dc-?[0-9]{0,3}($|[^a-z0-9])/i;

const advice =
  "never run it in both places, never roll it back after it has replicated (USN rollback: VM-GenerationID does not " +
  "move). Better make a new domain controller at the target and demote this one";

export const windowsDomainController: FactRule = {
  id: "windows.domain-controller",
  category: "Warning",
  label: "Domain controller",
  why: "A domain controller that is set back in time breaks replication for the whole domain.",
  checkFacts: ({ vms }) =>
    vms.flatMap((vm): Finding[] => {
      if (softwareOf(vm.software, "directory").length > 0)
        return [{ vm: vm.key, assessment: `Active Directory's services run in it: ${advice}` }];
      const name = [vm.hostName?.split(".")[0] ?? "", vm.name].find((one) => named.test(one));
      return name === undefined || !isWindows(vm)
        ? []
        : [
            {
              vm: vm.key,
              category: "Information",
              assessment: `its name ${shown(name)} looks like a domain controller's. If it is one: ${advice}`,
            },
          ];
    }),
};
