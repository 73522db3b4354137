import * as openstack from "@pulumi/openstack";
import type * as pulumi from "@pulumi/pulumi";
import type { PlannedNic } from "../inventory/schema/wave.ts";
import { markDescription, markTags } from "../planning/mark.ts";
import type { SharedGroups } from "./shared-groups.ts";
import type { VmContext } from "./vm-context.ts";

/** The port of a NIC: the source's MAC and addresses, security groups, link state. */
export function port(
  vm: VmContext,
  nic: PlannedNic,
  groups: SharedGroups,
  opts: pulumi.CustomResourceOptions,
): openstack.networking.Port {
  const { target, key, generation } = vm.planned;
  const mark = { stack: vm.stack, key, generation };
  return new openstack.networking.Port(
    nic.key,
    {
      name: nic.name,
      description: markDescription(mark),
      networkId: nic.networkId,
      // Where the source tells none, Neutron gives one; the provider keeps it, since an input that is not there changes nothing.
      ...(nic.macAddress === null ? {} : { macAddress: nic.macAddress }),
      // Without a known address Neutron gives one of the pool: Nova takes no port that has none ("requires a FixedIP").
      ...(nic.fixedIps.length === 0
        ? {}
        : { fixedIps: nic.fixedIps.map(({ subnetId, ipAddress }) => ({ subnetId, ipAddress })) }),
      ...(nic.securityGroups.length === 0
        ? { noSecurityGroups: true }
        : { securityGroupIds: nic.securityGroups.map((name) => groups.securityGroupId(target, name)) }),
      allowedAddressPairs: nic.allowedAddressPairs.map(({ ipAddress, macAddress }) => ({
        ipAddress,
        ...(macAddress === null ? {} : { macAddress }),
      })),
      adminStateUp: nic.adminStateUp,
      tags: markTags(mark),
    },
    {
      ...opts,
      // Each of these forces a new port, and so a server without its network. The description is a mark of birth: ports of
      // earlier versions have none, and need none.
      ignoreChanges: [
        ...["networkId", "macAddress", "tenantId", "deviceOwner", "deviceId", "region", "valueSpecs"],
        "description",
      ],
      customTimeouts: { create: "10m", delete: "10m" },
    },
  );
}
