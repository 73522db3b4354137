import type { Policies } from "@pulumi/policy";
import { allowedFlavors } from "./allowed-flavors.ts";
import { allowedVolumeTypes } from "./allowed-volume-types.ts";
import { alreadyBegun } from "./already-begun.ts";
import { bootFromVolume } from "./boot-from-volume.ts";
import { deleteOnTerminationOff } from "./delete-on-termination-off.ts";
import { fixedAddressKept } from "./fixed-address-kept.ts";
import type { Gate } from "./gate.ts";
import { importIsNeverRepeated } from "./import-is-never-repeated.ts";
import { largestFlavor } from "./largest-flavor.ts";
import { largestVolume } from "./largest-volume.ts";
import { naming } from "./naming.ts";
import { noWideOpenAdminPorts } from "./no-wide-open-admin-ports.ts";
import { nothingMadeAnew } from "./nothing-made-anew.ts";
import { portSecurity } from "./port-security.ts";
import { waveSize } from "./wave-size.ts";

/** All policies of the pack. `alreadyBegun` stands last: it shows what the others put aside for the same resource. */
export const policies = (gate: Gate): Policies => [
  allowedFlavors(gate),
  largestFlavor(gate),
  allowedVolumeTypes(gate),
  largestVolume(gate),
  noWideOpenAdminPorts(gate),
  portSecurity(gate),
  fixedAddressKept(gate),
  deleteOnTerminationOff(gate),
  bootFromVolume(gate),
  importIsNeverRepeated(gate),
  naming(gate),
  waveSize(gate),
  nothingMadeAnew(gate),
  alreadyBegun(gate),
];
