import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { flag, present } from "./props.ts";

const NAME = "port-security";
const Config = z.strictObject({ exceptVms });

/** Ports are protected: port security is on, and at least one security group is named. */
export const portSecurity = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Ports have port security and at least one security group.", Config),
  validateResource: validateResourceOfType(
    openstack.networking.Port,
    gate.check(NAME, Config, ({ name, props }) => {
      if (flag(props, "portSecurityEnabled") === false) {
        return [
          `port ${name} has port security switched off: anyone behind it may pose as any address. Leave it on; an address that moves between VMs is a VIP of the estate (\`vips\`), not a reason to switch it off.`,
        ];
      }
      if (flag(props, "noSecurityGroups") !== true && present(props, "securityGroupIds")) return [];
      return [
        `port ${name} has no security group: everything may reach it, or nothing. Name one in the plan (\`securityGroups\` of the VM or the NIC, or \`defaultSecurityGroups\`), then run \`wavelift plan\`.`,
      ];
    }),
  ),
});
