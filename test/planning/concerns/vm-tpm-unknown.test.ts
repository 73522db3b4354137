import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.tpm-unknown", [
  finds("a UEFI guest", one({ firmware: "efi", tpm: null }), ["web01", "Warning", /recovery keys/]),
  finds("UEFI on new hardware", one({ firmware: "efi", tpm: null, hardwareVersion: 14 }), ["web01", "Warning", /vTPM/]),
  silent("hardware older than vTPMs", one({ firmware: "efi", tpm: null, hardwareVersion: 13 })),
  silent("a BIOS, which has none", one({ tpm: null })),
  silent("a VM without", one({ firmware: "efi" })),
]);
