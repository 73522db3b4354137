import { finds, one, silent, testRule } from "./cases.ts";

testRule("windows.drivers", [
  finds("Server 2012 R2", one({ guestId: "windows8Server64Guest" }), [
    "web01",
    "Warning",
    /Windows Server 2012: virtio-win 0\.1\.240 and later/,
  ]),
  finds(
    "Server 2008 R2 by its name alone",
    one({ guestId: "", guestName: "Microsoft Windows Server 2008 R2 (64-bit)" }),
    ["web01", "Warning", /2008 R2: .* since 0\.1\.173/],
  ),
  finds("Windows 2000", one({ guestId: "win2000ServGuest" }), ["web01", "Warning", /no virtio drivers for it/]),
  silent("Server 2016", one({ guestId: "windows9Server64Guest" })),
  silent(
    "a guest that was upgraded since",
    one({ guestId: "windows7Server64Guest", guestReportedName: "Microsoft Windows Server 2019 (64-bit)" }),
  ),
]);
