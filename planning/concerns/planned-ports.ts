import type { CloudOffer, OfferedSubnet } from "../../cloud/offer.ts";
import type { PlannedImage, PlannedNic, PlannedVm } from "../../inventory/schema/wave.ts";
import { withoutPort } from "../still-to-create.ts";
import type { WaveView } from "./rule.ts";

/** A port that the wave declares. */
export interface PlannedPort {
  readonly vm: PlannedVm;
  readonly nic: PlannedNic;
}

/** The entries of the VMs to check that could be planned. */
export function checkedVms({ file, checked }: WaveView): PlannedVm[] {
  const keys = new Set(checked.map(({ key }) => key));
  return file.vms.filter(({ key }) => keys.has(key));
}

/** The templates to check that could be planned. */
export function checkedImages({ file, checkedImages: subjects }: WaveView): PlannedImage[] {
  const keys = new Set(subjects.map(({ key }) => key));
  return (file.images ?? []).filter(({ key }) => keys.has(key));
}

/** The VMs that the wave declares: not the absent ones, nor those left out before they began. */
export function declaredVms({ file, begun }: WaveView): PlannedVm[] {
  return file.vms.filter(({ key, phase, exclude }) => phase !== "absent" && (!exclude || begun.has(key)));
}

/** All ports of the VMs that the wave declares. */
export function plannedPorts(view: WaveView): PlannedPort[] {
  return declaredVms(view).flatMap((vm) => vm.nics.map((nic) => ({ vm, nic })));
}

/** Those of the VMs to check: a finding is about one of them. */
export function checkedPorts(view: WaveView): PlannedPort[] {
  return checkedVms(view).flatMap((vm) => vm.nics.map((nic) => ({ vm, nic })));
}

/** Ports of the VM's target that are not this stack's own: what carries its mark is never a clash. */
export function foreignPorts({ offers, stack }: WaveView, target: string): CloudOffer["ports"] {
  return (offers.get(target)?.ports ?? []).filter(({ mark }) => mark?.stack !== stack);
}

/** Those of the VMs to check that are still to be made: what Neutron may refuse. */
export function newPorts(view: WaveView): PlannedPort[] {
  return checkedVms(view).flatMap((vm) => {
    const ports = (view.offers.get(vm.target)?.ports ?? []).filter(({ mark }) => mark?.stack === view.stack);
    return withoutPort(vm, ports).map((nic) => ({ vm, nic }));
  });
}

/** The subnets of a port's fixed IPs, with the address. */
export function subnetsOf(
  view: WaveView,
  { vm, nic }: PlannedPort,
): { readonly ipAddress: string; readonly subnet: OfferedSubnet }[] {
  const subnets = view.offers.get(vm.target)?.subnets ?? [];
  return nic.fixedIps.flatMap(({ subnetId, ipAddress }) =>
    subnets.filter(({ id }) => id === subnetId).map((subnet) => ({ ipAddress, subnet })),
  );
}

/** Whether two ports are in the same network: ids of networks are the same in all targets that lead to one cloud. */
export function sameNetwork(a: PlannedPort, b: PlannedPort): boolean {
  return a.nic.networkId === b.nic.networkId;
}
