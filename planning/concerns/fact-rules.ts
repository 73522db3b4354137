import { diskEncrypted } from "./disk-encrypted.ts";
import { diskUnknown } from "./disk-unknown.ts";
import type { FactRule } from "./fact-rule.ts";
import { nicUnknown } from "./nic-unknown.ts";
import { snapshotUnknown } from "./snapshot-unknown.ts";
import { sourceIncomplete } from "./source-incomplete.ts";
import { vmFirmwareUnknown } from "./vm-firmware-unknown.ts";
import { vmSecureBootUnknown } from "./vm-secure-boot-unknown.ts";
import { vmTpmUnknown } from "./vm-tpm-unknown.ts";

/** Every rule that needs nothing but the source's facts, one a file. */
export const factRules: readonly FactRule[] = [
  diskEncrypted,
  diskUnknown,
  nicUnknown,
  snapshotUnknown,
  sourceIncomplete,
  vmFirmwareUnknown,
  vmSecureBootUnknown,
  vmTpmUnknown,
];
