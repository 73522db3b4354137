import { finds, one, silent, testRule } from "./cases.ts";

testRule("efi.boot-entries", [
  finds("a Linux with UEFI", one({ firmware: "efi" }), ["web01", "Information", /BOOTX64\.EFI/]),
  silent("Windows, which always has the fallback", one({ firmware: "efi", guestId: "windows2019srv_64Guest" })),
  silent("BIOS", one({ firmware: "bios" })),
]);
