import { finds, one, silent, testRule } from "./cases.ts";

testRule("device.usb", [
  finds(
    "a dongle",
    one({
      devices: [
        { kind: "usbController", label: "USB xHCI" },
        { kind: "usb", label: "SafeNet" },
      ],
    }),
    ["web01", "Warning", /SafeNet stays behind/],
  ),
  finds("an empty controller, as information", one({ devices: [{ kind: "usbController", label: "USB xHCI" }] }), [
    "web01",
    "Information",
    /without a device/,
  ]),
  silent("no USB", one({ devices: [] })),
]);
