import { finds, one, silent, testRule } from "./cases.ts";

testRule("os.mismatch", [
  finds(
    "Linux where Windows is configured",
    one({ guestId: "windows2019srv_64Guest", guestReportedName: "Ubuntu Linux (64-bit)" }),
    ["web01", "Warning", /is windows, but the guest reports Ubuntu Linux/],
  ),
  silent(
    "another release of the same family",
    one({ guestId: "rhel6_64Guest", guestReportedName: "Red Hat Enterprise Linux 8 (64-bit)" }),
  ),
  silent("a guest that reports nothing", one({ guestId: "windows2019srv_64Guest", guestReportedName: null })),
]);
