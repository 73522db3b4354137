import type { CloudOffer } from "../../cloud/offer.ts";
import type { PlannedNic, PlannedVm } from "../../inventory/schema/wave.ts";
import type { WaveView } from "./rule.ts";

/** A port that the wave declares. */
export interface PlannedPort {
  readonly vm: PlannedVm;
  readonly nic: PlannedNic;
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
  const checked = new Set(view.checked.map(({ key }) => key));
  return view.file.vms.filter(({ key }) => checked.has(key)).flatMap((vm) => vm.nics.map((nic) => ({ vm, nic })));
}

/** Ports of the VM's target that are not this stack's own: what carries its mark is never a clash. */
export function foreignPorts({ offers, stack }: WaveView, target: string): CloudOffer["ports"] {
  return (offers.get(target)?.ports ?? []).filter(({ mark }) => mark?.stack !== stack);
}

/** Whether two ports are in the same network of the same cloud. */
export function sameNetwork(a: PlannedPort, b: PlannedPort): boolean {
  return a.vm.target === b.vm.target && a.nic.networkId === b.nic.networkId;
}
