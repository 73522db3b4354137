import { addressGateway } from "./address-gateway.ts";
import { addressNone } from "./address-none.ts";
import { addressOutsideSubnet } from "./address-outside-subnet.ts";
import { bootNoDisk } from "./boot-no-disk.ts";
import { bootSeveralDisks } from "./boot-several-disks.ts";
import { dependencyCycle } from "./dependency-cycle.ts";
import { dependencyMissing } from "./dependency-missing.ts";
import { diskBusFull } from "./disk-bus-full.ts";
import { fromFacts } from "./fact-rule.ts";
import { factRules } from "./fact-rules.ts";
import { flavorNone } from "./flavor-none.ts";
import { flavorTooSmall } from "./flavor-too-small.ts";
import { groupNotOnTarget } from "./group-not-on-target.ts";
import { ipDuplicate } from "./ip-duplicate.ts";
import { macDuplicate } from "./mac-duplicate.ts";
import { nameDuplicate } from "./name-duplicate.ts";
import { networkNotOwned } from "./network-not-owned.ts";
import { networkUnmapped } from "./network-unmapped.ts";
import { overrideIneffective } from "./override-ineffective.ts";
import { planHeld } from "./plan-held.ts";
import { planNotApplied } from "./plan-not-applied.ts";
import { portSecurityOff } from "./port-security-off.ts";
import { quota } from "./quota.ts";
import type { Rule } from "./rule.ts";
import { securityGroupNone } from "./security-group-none.ts";
import { serverTouched } from "./server-touched.ts";
import { sourceChanged, sourceDataChanged } from "./source-changed.ts";
import { sourceGone } from "./source-gone.ts";
import { sourceUnread } from "./source-unread.ts";
import { targetUnknown } from "./target-unknown.ts";
import { vipUnreached } from "./vip-unreached.ts";
import { vmDropped } from "./vm-dropped.ts";
import { vmKept } from "./vm-kept.ts";
import { vmNoFacts } from "./vm-no-facts.ts";
import { vmTwoWaves } from "./vm-two-waves.ts";
import { volumeLost } from "./volume-lost.ts";
import { volumeTypeNone } from "./volume-type-none.ts";
import { warmImpossible } from "./warm-impossible.ts";
import { waveUnknown } from "./wave-unknown.ts";
import { windowsQ35 } from "./windows-q35.ts";
import { zoneUnknown } from "./zone-unknown.ts";

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
  quota,
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
  volumeLost,
  warmImpossible,
  windowsQ35,
];

/** Every rule that comes with the program, one a file. */
export const allRules: readonly Rule[] = [...rules, overrideIneffective(rules)];
