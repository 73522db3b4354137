import { finds, one, silent, testRule } from "./cases.ts";

testRule("windows.secure-boot", [
  finds("Windows with secure boot", one({ guestId: "windows2019srv_64Guest", firmware: "efi", secureBoot: true }), [
    "web01",
    "Information",
    /WHQL/,
  ]),
  silent("Linux with secure boot", one({ firmware: "efi", secureBoot: true })),
]);
