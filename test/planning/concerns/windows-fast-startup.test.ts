import { finds, one, silent, testRule } from "./cases.ts";

testRule("windows.fast-startup", [
  finds("a desktop that is off", one({ guestId: "windows9_64Guest" }), [
    "web01",
    "Warning",
    /Windows 10 is switched off and may be hibernated/,
  ]),
  finds("a desktop that runs", one({ guestId: "windows11_64Guest", powerState: "poweredOn" }), [
    "web01",
    "Information",
    /Windows 11: shut it down with/,
  ]),
  silent("a server", one({ guestId: "windows2019srv_64Guest" })),
  silent("Windows 7, which had none", one({ guestId: "windows7_64Guest" })),
]);
