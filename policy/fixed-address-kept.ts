import * as openstack from "@pulumi/openstack";
import { validateResourceOfType, type ResourceValidationPolicy } from "@pulumi/policy";
import { z } from "zod";
import { exceptVms } from "./config.ts";
import { describePolicy, type Gate } from "./gate.ts";
import { flag, present } from "./props.ts";

const NAME = "fixed-address-kept";
const Config = z.strictObject({ exceptVms });

/** Ports keep the MAC and the addresses of the source. A NIC whose link is down needs no address. */
export const fixedAddressKept = (gate: Gate): ResourceValidationPolicy => ({
  ...describePolicy(NAME, "Ports keep the MAC and the addresses that the VM has at the source.", Config),
  validateResource: validateResourceOfType(
    openstack.networking.Port,
    gate.check(NAME, Config, ({ name, props }) => [
      ...(present(props, "macAddress")
        ? []
        : [
            `port ${name} has no MAC address of its own: the source told none, and the guest would see a new NIC. Have the VM excepted in this policy's configuration (\`exceptVms\`).`,
          ]),
      ...(present(props, "fixedIps") || flag(props, "adminStateUp") === false
        ? []
        : [
            `port ${name} keeps no address: the source reported none. Give it in the plan (\`nics: {DEVICEKEY: {addresses: [...]}}\`), or have the VM excepted in this policy's configuration (\`exceptVms\`).`,
          ]),
    ]),
  ),
});
