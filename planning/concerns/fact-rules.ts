import { addressSeveral } from "./address-several.ts";
import { addressUnknown } from "./address-unknown.ts";
import { changeTrackingOff } from "./change-tracking-off.ts";
import { clusterDpm } from "./cluster-dpm.ts";
import { clusterDrs } from "./cluster-drs.ts";
import { clusterHa } from "./cluster-ha.ts";
import { consolidationNeeded } from "./consolidation-needed.ts";
import { cpuAffinity } from "./cpu-affinity.ts";
import { datastoreInaccessible } from "./datastore-inaccessible.ts";
import { datastoreMissing } from "./datastore-missing.ts";
import { deviceLeft } from "./device-left.ts";
import { devicePassthrough } from "./device-passthrough.ts";
import { deviceSriov } from "./device-sriov.ts";
import { deviceUsb } from "./device-usb.ts";
import { diskDifference } from "./disk-difference.ts";
import { diskEncrypted } from "./disk-encrypted.ts";
import { diskMany } from "./disk-many.ts";
import { diskMode } from "./disk-mode.ts";
import { diskNvme } from "./disk-nvme.ts";
import { diskRdm } from "./disk-rdm.ts";
import { diskReservation } from "./disk-reservation.ts";
import { diskSerial } from "./disk-serial.ts";
import { diskShared } from "./disk-shared.ts";
import { diskUnknown } from "./disk-unknown.ts";
import { efiBootEntries } from "./efi-boot-entries.ts";
import type { FactRule } from "./fact-rule.ts";
import { guestDiskSpace } from "./guest-disk-space.ts";
import { guestDiskUnknown } from "./guest-disk-unknown.ts";
import { guestNoVirtio } from "./guest-no-virtio.ts";
import { hardwareOld } from "./hardware-old.ts";
import { hostNameDuplicate } from "./host-name-duplicate.ts";
import { hostNameMissing } from "./host-name-missing.ts";
import { hotAdd } from "./hot-add.ts";
import { macUnknown } from "./mac-unknown.ts";
import { networkSpecial } from "./network-special.ts";
import { nicUnknown } from "./nic-unknown.ts";
import { numaAffinity } from "./numa-affinity.ts";
import { osMismatch } from "./os-mismatch.ts";
import { osUnknown } from "./os-unknown.ts";
import { osUnsupported } from "./os-unsupported.ts";
import { ovfProperties } from "./ovf-properties.ts";
import { placementHost } from "./placement-host.ts";
import { placementVms } from "./placement-vms.ts";
import { snapshotPresent } from "./snapshot-present.ts";
import { snapshotUnknown } from "./snapshot-unknown.ts";
import { softwareAntivirus } from "./software-antivirus.ts";
import { softwareCluster } from "./software-cluster.ts";
import { softwareEncryption } from "./software-encryption.ts";
import { sourceForeign } from "./source-foreign.ts";
import { sourceIncomplete } from "./source-incomplete.ts";
import { toolsMissing } from "./tools-missing.ts";
import { vmAgent } from "./vm-agent.ts";
import { vmConnection } from "./vm-connection.ts";
import { vmFaultTolerance } from "./vm-fault-tolerance.ts";
import { vmFirmwareUnknown } from "./vm-firmware-unknown.ts";
import { vmNameOdd } from "./vm-name-odd.ts";
import { vmNoNic } from "./vm-no-nic.ts";
import { vmSecureBootUnknown } from "./vm-secure-boot-unknown.ts";
import { vmSuspended } from "./vm-suspended.ts";
import { vmTemplate } from "./vm-template.ts";
import { vmTpmUnknown } from "./vm-tpm-unknown.ts";
import { vmTpm } from "./vm-tpm.ts";
import { windowsDomainController } from "./windows-domain-controller.ts";
import { windowsDrivers } from "./windows-drivers.ts";
import { windowsFastStartup } from "./windows-fast-startup.ts";
import { windowsSecureBoot } from "./windows-secure-boot.ts";

/** Every rule that needs nothing but the source's facts, one a file. */
export const factRules: readonly FactRule[] = [
  addressSeveral,
  addressUnknown,
  changeTrackingOff,
  clusterDpm,
  clusterDrs,
  clusterHa,
  consolidationNeeded,
  cpuAffinity,
  datastoreInaccessible,
  datastoreMissing,
  deviceLeft,
  devicePassthrough,
  deviceSriov,
  deviceUsb,
  diskDifference,
  diskEncrypted,
  diskMany,
  diskMode,
  diskNvme,
  diskRdm,
  diskReservation,
  diskSerial,
  diskShared,
  diskUnknown,
  efiBootEntries,
  guestDiskSpace,
  guestDiskUnknown,
  guestNoVirtio,
  hardwareOld,
  hostNameDuplicate,
  hostNameMissing,
  hotAdd,
  macUnknown,
  networkSpecial,
  nicUnknown,
  numaAffinity,
  osMismatch,
  osUnknown,
  osUnsupported,
  ovfProperties,
  placementHost,
  placementVms,
  snapshotPresent,
  snapshotUnknown,
  softwareAntivirus,
  softwareCluster,
  softwareEncryption,
  sourceForeign,
  sourceIncomplete,
  toolsMissing,
  vmAgent,
  vmConnection,
  vmFaultTolerance,
  vmFirmwareUnknown,
  vmNameOdd,
  vmNoNic,
  vmSecureBootUnknown,
  vmSuspended,
  vmTemplate,
  vmTpm,
  vmTpmUnknown,
  windowsDomainController,
  windowsDrivers,
  windowsFastStartup,
  windowsSecureBoot,
];
