import { finds, one, silent, testRule } from "./cases.ts";

testRule("device.left-behind", [
  finds(
    "ports and inserted media, but not the empty drive",
    one({
      devices: [
        { kind: "serial", label: "Serial port 1" },
        { kind: "cdrom", label: "CD/DVD drive 1", connected: true },
        { kind: "floppy", label: "Floppy drive 1", connected: false },
      ],
    }),
    ["web01", "Information", /serial Serial port 1, cdrom CD\/DVD drive 1: see/],
  ),
  silent("an empty drive", one({ devices: [{ kind: "cdrom", label: "CD/DVD drive 1", connected: false }] })),
]);
