import type { CloudOffer, OfferedNetwork, OfferedSubnet } from "../cloud/offer.ts";
import type { EstateNic, EstateVm } from "../inventory/schema/estate.ts";
import { nicName } from "../inventory/schema/names.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import type { PlannedNic, PlannedVm } from "../inventory/schema/wave.ts";
import { own } from "../inventory/own.ts";
import { shown } from "../inventory/shown.ts";
import { canonicalAddress, inCidr, isLinkLocal } from "./address.ts";
import { type Decision, decided } from "./decision.ts";
import { fillTemplate } from "./names.ts";
import { chooseNetwork, type NicPlace } from "./network.ts";
import type { Decisions } from "./overrides.ts";

/** What was decided for one NIC. */
export interface NicDecision {
  readonly facts: EstateNic;
  readonly place: Decision<NicPlace>;
  /** Addresses that lie in no subnet of the network (or not in the one that the plan names). */
  readonly outside: readonly string[];
  /** null: ignored on purpose, or not decided. */
  readonly planned: PlannedNic | null;
}

/** Everything about the VM and its target that a NIC's decision needs. */
export interface NicContext {
  readonly plan: Plan;
  readonly wave: string;
  readonly facts: EstateVm;
  readonly decisions: Decisions;
  readonly offer: CloudOffer;
  /** The entry of a VM that has begun: its ports stay where they are, and it gets no others. */
  readonly begun?: PlannedVm | undefined;
}

/** Decides one NIC: network, fixed IPs, MAC, security groups, VIPs, link state. */
export function decideNic(nic: EstateNic, context: NicContext): NicDecision {
  const place = placeOf(nic, context);
  if (!place.ok || place.value === "ignore") return { facts: nic, place, outside: [], planned: null };
  const { network, subnet } = place.value;
  const subnets = context.offer.subnets.filter(({ networkId }) => networkId === network.id);
  const placed = wantedAddresses(nic, context).map((address) => ({
    address,
    subnet: (subnet === null ? subnets : [subnet]).find(({ cidr }) => inCidr(address, cidr)),
  }));
  const outside = placed.filter((one) => one.subnet === undefined).map(({ address }) => address);
  if (outside.length > 0) return { facts: nic, place, outside, planned: null };
  const fixedIps = placed.flatMap((one) =>
    one.subnet === undefined ? [] : [{ subnetId: one.subnet.id, ipAddress: one.address }],
  );
  return { facts: nic, place, outside, planned: port(nic, context, network, subnets, fixedIps, place.reason) };
}

function placeOf(nic: EstateNic, { plan, decisions, offer, begun }: NicContext): Decision<NicPlace> {
  const asked = chooseNetwork(nic, plan, decisions, offer);
  if (begun === undefined) return asked;
  const was = begun.nics.find(({ deviceKey }) => deviceKey === nic.deviceKey);
  if (was === undefined) return decided("ignore", "the VM has begun without it");
  const network = offer.networks.find(({ id }) => id === was.networkId);
  const same = asked.ok && asked.value !== "ignore" && asked.value.network.id === was.networkId;
  if (same || network === undefined) return asked;
  return decided({ network, subnet: null }, "the network of its port");
}

function port(
  nic: EstateNic,
  context: NicContext,
  network: OfferedNetwork,
  subnets: readonly OfferedSubnet[],
  fixedIps: PlannedNic["fixedIps"],
  placeReason: string,
): PlannedNic {
  const { facts, plan, wave, decisions } = context;
  const key = nicName(facts.key, nic.deviceKey);
  const fields = { name: facts.name, key: facts.key, wave, label: nic.label, deviceKey: String(nic.deviceKey) };
  const adminStateUp = linkUp(nic, facts);
  // Neutron refuses security groups and address pairs on a port without port security; there nothing is filtered.
  const secured = network.portSecurityEnabled;
  return {
    key,
    deviceKey: nic.deviceKey,
    label: nic.label,
    name: fillTemplate(plan.names.port, fields, key),
    macAddress: nic.macAddress,
    sourceNetwork: nic.network,
    networkId: network.id,
    networkName: network.name,
    fixedIps,
    securityGroups: secured ? wantedGroups(nic.deviceKey, plan, decisions) : [],
    allowedAddressPairs: secured
      ? vipsOf(facts, fixedIps, subnets).map((ipAddress) => ({ ipAddress, macAddress: nic.macAddress }))
      : [],
    adminStateUp,
    reason: [
      `${shown(network.name)}: ${placeReason}`,
      addressReason(nic, context, fixedIps),
      ...(adminStateUp ? [] : ["link down as at the source"]),
      ...(secured ? [] : ["port security is off on this network: no security groups"]),
    ].join("; "),
  };
}

/** The link as it is, and of a VM that is off (all its NICs are disconnected) as it would be after power-on. */
function linkUp(nic: EstateNic, facts: EstateVm): boolean {
  return facts.powerState === "poweredOn" ? nic.connected : nic.startConnected;
}

/** The plan's addresses of the NIC, else what the guest reported without link-local addresses and VIPs. */
function wantedAddresses(nic: EstateNic, { facts, decisions }: NicContext): string[] {
  const named = own(decisions.nics, String(nic.deviceKey))?.addresses;
  if (named !== undefined) return unique(named.map(canonicalAddress));
  const vips = new Set(facts.vips.map(canonicalAddress));
  const reported = unique(nic.addresses.map(({ address }) => canonicalAddress(address)));
  return reported.filter((address) => !isLinkLocal(address) && !vips.has(address));
}

/** VIPs that this NIC may take over: those in a subnet of its fixed IPs, or of its network when it has none. */
function vipsOf(facts: EstateVm, fixedIps: PlannedNic["fixedIps"], subnets: readonly OfferedSubnet[]): string[] {
  const used = new Set(fixedIps.map(({ subnetId }) => subnetId));
  const reached = used.size === 0 ? subnets : subnets.filter(({ id }) => used.has(id));
  return unique(facts.vips.map(canonicalAddress)).filter((vip) => reached.some(({ cidr }) => inCidr(vip, cidr)));
}

/** Security groups of a NIC with port security: what the plan says of the NIC, else of the VM (the wave's defaults are in it), else the plan's default. */
export function wantedGroups(deviceKey: number, plan: Plan, decisions: Decisions): string[] {
  const ofNic = own(decisions.nics, String(deviceKey))?.securityGroups;
  return unique(ofNic ?? decisions.securityGroups ?? plan.defaultSecurityGroups);
}

function addressReason(nic: EstateNic, { decisions }: NicContext, fixedIps: PlannedNic["fixedIps"]): string {
  const named = own(decisions.nics, String(nic.deviceKey))?.addresses !== undefined;
  if (fixedIps.length === 0)
    return named ? "any address of the pool, as the plan says" : "no address known: any of the pool";
  return named ? "addresses named in the plan" : "addresses as at the source";
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}

/** Where the NIC was decided, else null. */
export function decidedNetwork(nic: NicDecision): OfferedNetwork | null {
  const { place } = nic;
  return place.ok && place.value !== "ignore" ? place.value.network : null;
}
