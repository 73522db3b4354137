import { isWindows } from "../windows-release.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const efiBootEntries: FactRule = {
  id: "efi.boot-entries",
  category: "Information",
  label: "Boot entries of the firmware do not move",
  why: "They are in the VM's NVRAM. The server's firmware starts \\EFI\\BOOT\\BOOTX64.EFI, which not every installation has.",
  checkFacts: (view) =>
    perFacts(view, (vm) =>
      vm.firmware === "efi" && !isWindows(vm)
        ? [
            "UEFI: see that /boot/efi/EFI/BOOT/BOOTX64.EFI is there (`grub-install --removable`, or the shim package's " +
              "fallback); keys that were enrolled by hand (MOK) do not move either",
          ]
        : [],
    ),
};
