import { isIP } from "node:net";
import type { Concern, PlannedNic, PlannedVm, WaveFile } from "../inventory/schema/wave.ts";
import { canonicalAddress } from "./address.ts";

const CONCERN = {
  id: "address.other-wave",
  category: "Warning",
  label: "Address is also planned in another wave",
} as const;

/**
 * Addresses and MACs of this wave's ports that another wave's file names too. Once the other's port is in the cloud, the
 * rules ip.duplicate and mac.duplicate stop this wave; until then both would begin, and the one whose copy ends later
 * would be refused its port. A warning only: a wave file stays in git when its wave is rolled back or given up.
 */
export function otherWaveConcerns(file: WaveFile, others: readonly WaveFile[]): Concern[] {
  const theirs = others
    .filter(({ wave }) => wave !== file.wave)
    .flatMap(({ wave, vms }) => portsOf(vms).map((port) => ({ ...port, wave })));
  return portsOf(file.vms.filter(({ phase }) => phase !== "accepted")).flatMap(({ vm, nic }) =>
    theirs
      .filter((other) => other.vm.target === vm.target && other.nic.networkId === nic.networkId)
      .flatMap((other) => shared(nic, other.nic).map((what) => ({ what, other })))
      .map(({ what, other }) => ({
        ...CONCERN,
        vm: vm.key,
        assessment:
          `${what} of ${nic.key} is also planned for ${other.nic.key} in wave ${other.wave}: Neutron gives it to one ` +
          "of them. Change one, or set the other VM to absent or exclude it",
      })),
  );
}

interface Port {
  readonly vm: PlannedVm;
  readonly nic: PlannedNic;
}

const portsOf = (vms: readonly PlannedVm[]): Port[] =>
  vms
    .filter(({ phase, exclude }) => phase !== "absent" && !exclude)
    .flatMap((vm) => vm.nics.map((nic) => ({ vm, nic })));

/** MAC and addresses that both have. */
function shared(a: PlannedNic, b: PlannedNic): string[] {
  const theirs = new Set(b.fixedIps.map(({ ipAddress }) => canonical(ipAddress)));
  return [
    ...(a.macAddress !== null && a.macAddress === b.macAddress ? [`MAC ${a.macAddress}`] : []),
    ...a.fixedIps.filter(({ ipAddress }) => theirs.has(canonical(ipAddress))).map(({ ipAddress }) => ipAddress),
  ];
}

/** An address in the one form in which it is compared. A wave file may have been edited by hand: what is no address is compared as it is. */
export const canonical = (address: string): string => (isIP(address) === 0 ? address : canonicalAddress(address));
