import { finds, one, silent, testRule } from "./cases.ts";

testRule("os.unsupported", [
  finds("macOS", one({ guestId: "darwin22_64Guest", guestName: "Apple macOS 13" }), [
    "web01",
    "Warning",
    /Apple macOS 13: macOS may only run/,
  ]),
  finds("Photon", one({ guestId: "vmwarePhoton64Guest" }), ["web01", "Warning", /virt-v2v does not convert it/]),
  silent("Debian", one({ guestId: "debian12_64Guest" })),
  silent("Windows 10, whose id begins like that of Windows 95", one({ guestId: "windows9_64Guest" })),
]);
