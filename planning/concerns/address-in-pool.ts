import { shown } from "../../inventory/shown.ts";
import { inRange } from "../address.ts";
import { newPorts, subnetsOf } from "./planned-ports.ts";
import { bySubject } from "./by-subject.ts";
import type { Rule } from "./rule.ts";

export const addressInPool: Rule = {
  id: "address.in-pool",
  category: "Warning",
  label: "Addresses may be given away before the ports are made",
  about: "wave",
  why: "Neutron gives addresses of an allocation pool to any new port; a port of the wave is made only when its disks are copied.",
  about: "wave",
  check: (view) =>
    bySubject(
      newPorts(view).flatMap((port) =>
        subnetsOf(view, port)
          .filter(({ ipAddress, subnet }) => isInPool(ipAddress, subnet.allocationPools))
          .map(({ ipAddress, subnet }) => ({ subject: subnet, id: subnet.id, what: `${ipAddress} of ${port.vm.key}` })),
      ),
    ).map(({ subject: { name, id, allocationPools }, whats }) => ({
      vm: null,
      assessment:
        `${whats} in the allocation pool of subnet ${shown(name || id)} ` +
        `(${allocationPools.map(({ start, end }) => `${start}-${end}`).join(", ")}): have the pool made smaller before the ` +
        "wave begins, so that nobody else gets them",
    })),
};

function isInPool(address: string, pools: readonly { readonly start: string; readonly end: string }[]): boolean {
  return pools.some(({ start, end }) => inRange(address, start, end));
}
