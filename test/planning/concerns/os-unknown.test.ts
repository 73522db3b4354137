import { finds, one, silent, testRule } from "./cases.ts";

testRule("os.unknown", [
  finds("an unnamed system", one({ guestId: "otherGuest64", guestName: "Other (64-bit)" }), [
    "web01",
    "Information",
    /calls it otherGuest64 \(Other \(64-bit\)\)/,
  ]),
  finds("no word of it", one({ guestId: "" }), ["web01", "Information", /calls it nothing/]),
  silent("a system that the guest names", one({ guestId: "otherGuest", guestReportedName: "Debian GNU/Linux 12" })),
  silent("an unnamed Linux", one({ guestId: "other5xLinux64Guest" })),
]);
