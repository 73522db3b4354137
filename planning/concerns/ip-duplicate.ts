import { isIP } from "node:net";
import { shown } from "../../inventory/shown.ts";
import { canonicalAddress } from "../address.ts";
import { checkedPorts, foreignPorts, type PlannedPort, plannedPorts } from "./planned-ports.ts";
import { type Rule, type WaveView } from "./rule.ts";

export const ipDuplicate: Rule = {
  id: "ip.duplicate",
  category: "Critical",
  label: "IP address is used twice",
  why: "A fixed IP is unique in a subnet: the second port is refused in the middle of the run.",
  check: (view) => {
    const planned = plannedPorts(view);
    return checkedPorts(view).flatMap((port) =>
      port.nic.fixedIps.flatMap((ip) =>
        [...inWave(planned, port, ip), ...inCloud(view, port, ip)].map((holder) => ({
          vm: port.vm.key,
          assessment: `${ip.ipAddress} of ${port.nic.key} is also that of ${holder}: free it, or name other addresses`,
        })),
      ),
    );
  },
};

type FixedIp = PlannedPort["nic"]["fixedIps"][number];

function inWave(planned: readonly PlannedPort[], port: PlannedPort, ip: FixedIp): string[] {
  // Ids of subnets are the same in all targets that lead to one cloud.
  return planned
    .filter(({ nic }) => nic !== port.nic)
    .filter(({ nic }) => nic.fixedIps.some((other) => isSame(other, ip)))
    .map(({ nic }) => nic.key);
}

function inCloud(view: WaveView, { vm }: PlannedPort, ip: FixedIp): string[] {
  return foreignPorts(view, vm.target)
    .filter(({ fixedIps }) => fixedIps.some((other) => isSame(other, ip)))
    .map(({ id, name, deviceOwner }) =>
      deviceOwner === "network:dhcp"
        ? `the DHCP agent's port ${shown(id)} (take the address out of the allocation pool and delete that port)`
        : `port ${shown(id)} (${shown(name || deviceOwner || "no name")})`,
    );
}

function isSame(a: FixedIp, b: FixedIp): boolean {
  return a.subnetId === b.subnetId && canonical(a.ipAddress) === canonical(b.ipAddress);
}

function canonical(address: string): string {
  return isIP(address) === 0 ? address : canonicalAddress(address);
}
