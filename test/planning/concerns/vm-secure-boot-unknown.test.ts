import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.secure-boot-unknown", [
  finds("a UEFI guest", one({ firmware: "efi", secureBoot: null }), ["web01", "Warning", /secureBoot: true or false/]),
  finds("a guest that is UEFI by the plan", one({ firmware: null, secureBoot: null }, { firmware: "efi" }), [
    "web01",
    "Warning",
    /vCenter/,
  ]),
  silent("a BIOS, which has none", one({ secureBoot: null })),
  silent("what the plan tells", one({ firmware: "efi", secureBoot: null }, { secureBoot: false })),
]);
