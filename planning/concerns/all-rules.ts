import { addressAutomatic } from "./address-automatic.ts";
import { addressGateway } from "./address-gateway.ts";
import { addressInPool } from "./address-in-pool.ts";
import { addressNoDhcp } from "./address-no-dhcp.ts";
import { addressNone } from "./address-none.ts";
import { addressOutsideSubnet } from "./address-outside-subnet.ts";
import { addressReserved } from "./address-reserved.ts";
import { bootNoDisk } from "./boot-no-disk.ts";
import { bootSeveralDisks } from "./boot-several-disks.ts";
import { dependencyCycle } from "./dependency-cycle.ts";
import { dependencyMissing } from "./dependency-missing.ts";
import { diskBusFull } from "./disk-bus-full.ts";
import { diskNoMultiattach } from "./disk-no-multiattach.ts";
import { diskOwnerMissing } from "./disk-owner-missing.ts";
import { diskTransport } from "./disk-transport.ts";
import { fromFacts } from "./fact-rule.ts";
import { factRules } from "./fact-rules.ts";
import { flavorLocalDisk } from "./flavor-local-disk.ts";
import { flavorNone } from "./flavor-none.ts";
import { flavorTooSmall } from "./flavor-too-small.ts";
import { groupNotOnTarget } from "./group-not-on-target.ts";
import { hostNeeds } from "./host-needs.ts";
import { imageFurtherDisks } from "./image-further-disks.ts";
import { imagePropertyWrong } from "./image-property-wrong.ts";
import { instantImpossible } from "./instant-impossible.ts";
import { instantImport } from "./instant-import.ts";
import { ipDuplicate } from "./ip-duplicate.ts";
import { macDuplicate } from "./mac-duplicate.ts";
import { nameDuplicate } from "./name-duplicate.ts";
import { networkMtu } from "./network-mtu.ts";
import { networkNotOwned } from "./network-not-owned.ts";
import { networkUnmapped } from "./network-unmapped.ts";
import { overrideIneffective } from "./override-ineffective.ts";
import { planHeld } from "./plan-held.ts";
import { planNotApplied } from "./plan-not-applied.ts";
import { portLimits } from "./port-limits.ts";
import { portSecurityOff } from "./port-security-off.ts";
import { quotaMetadata } from "./quota-metadata.ts";
import { quotaUnknown } from "./quota-unknown.ts";
import { quota } from "./quota.ts";
import type { Rule } from "./rule.ts";
import { ruleFailed } from "./rule-failed.ts";
import { securityGroupNone } from "./security-group-none.ts";
import { serverGroupFull } from "./server-group-full.ts";
import { serverGroupHosts } from "./server-group-hosts.ts";
import { serverTouched } from "./server-touched.ts";
import { sourceChanged } from "./source-changed.ts";
import { sourceDataChanged } from "./source-data-changed.ts";
import { sourceGone } from "./source-gone.ts";
import { sourceUnread } from "./source-unread.ts";
import { storageFull } from "./storage-full.ts";
import { storageUnknown } from "./storage-unknown.ts";
import { targetUnknown } from "./target-unknown.ts";
import { tpmNoKeyManager } from "./tpm-no-key-manager.ts";
import { vipUnreached } from "./vip-unreached.ts";
import { vmDropped } from "./vm-dropped.ts";
import { vmKept } from "./vm-kept.ts";
import { vmNoFacts } from "./vm-no-facts.ts";
import { vmTwoWaves } from "./vm-two-waves.ts";
import { vmRunning } from "./vm-running.ts";
import { volumeLost } from "./volume-lost.ts";
import { volumeTooLarge } from "./volume-too-large.ts";
import { volumeTypeNone } from "./volume-type-none.ts";
import { warmImpossible } from "./warm-impossible.ts";
import { waveUnknown } from "./wave-unknown.ts";
import { windowsQ35 } from "./windows-q35.ts";
import { zoneUnknown } from "./zone-unknown.ts";
import { zoneUnnamed } from "./zone-unnamed.ts";
import { zoneVolume } from "./zone-volume.ts";

const rules: readonly Rule[] = [
  ...factRules.map(fromFacts),
  waveUnknown,
  vmTwoWaves,
  vmDropped,
  vmNoFacts,
  vmKept,
  targetUnknown,
  flavorNone,
  flavorTooSmall,
  zoneUnknown,
  addressAutomatic,
  addressInPool,
  addressNoDhcp,
  addressReserved,
  diskNoMultiattach,
  diskOwnerMissing,
  diskTransport,
  flavorLocalDisk,
  hostNeeds,
  imageFurtherDisks,
  imagePropertyWrong,
  instantImpossible,
  instantImport,
  networkMtu,
  portLimits,
  quotaMetadata,
  quotaUnknown,
  serverGroupFull,
  serverGroupHosts,
  storageFull,
  storageUnknown,
  tpmNoKeyManager,
  volumeTooLarge,
  zoneUnnamed,
  zoneVolume,
  quota,
  ruleFailed,
  bootNoDisk,
  bootSeveralDisks,
  volumeTypeNone,
  addressGateway,
  addressNone,
  addressOutsideSubnet,
  dependencyCycle,
  dependencyMissing,
  diskBusFull,
  groupNotOnTarget,
  ipDuplicate,
  macDuplicate,
  nameDuplicate,
  networkNotOwned,
  networkUnmapped,
  planHeld,
  planNotApplied,
  portSecurityOff,
  securityGroupNone,
  serverTouched,
  sourceChanged,
  sourceDataChanged,
  sourceGone,
  sourceUnread,
  vipUnreached,
  vmRunning,
  volumeLost,
  warmImpossible,
  windowsQ35,
];

/** Every rule that comes with the program, one a file. */
export const allRules: readonly Rule[] = rulesWith([]);

/** Every rule of the program, and these of the operators. */
export function rulesWith(ownRules: readonly Rule[]): readonly Rule[] {
  const others = [...rules, ...ownRules];
  return [...others, overrideIneffective(others)];
}
