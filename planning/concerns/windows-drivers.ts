import { windowsRelease, type WindowsRelease } from "../windows-release.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

/** From virtio-win's README and issues (virtio-win-pkg-scripts#40, #116, kvm-guest-drivers-windows#1112). */
const advice: Record<Exclude<WindowsRelease["drivers"], "current">, string> = {
  unsigned:
    "virtio-win 0.1.240 and later carry no signature that it takes: use the drivers of 0.1.215, or those of RHEL",
  archived:
    "virtio-win builds no drivers for it since 0.1.173 (2019): use that release's, or stay with emulated disks and NICs",
  none: "there are no virtio drivers for it: it stays with IDE disks and an emulated NIC, if it starts at all",
};

export const windowsDrivers: FactRule = {
  id: "windows.drivers",
  category: "Warning",
  label: "Old Windows against drivers",
  why: "The drivers that are built today are not for every release of Windows; a wrong one ends in INACCESSIBLE BOOT DEVICE.",
  checkFacts: (view) =>
    perFacts(view, (vm) => {
      const release = windowsRelease(vm);
      return release === null || release.drivers === "current" ? [] : [`${release.name}: ${advice[release.drivers]}`];
    }),
};
