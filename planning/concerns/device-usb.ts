import { shown } from "../../inventory/shown.ts";
import type { FactRule } from "./fact-rule.ts";

export const deviceUsb: FactRule = {
  id: "device.usb",
  category: "Warning",
  label: "USB device",
  why: "Nova hands no USB device to a server: dongles, modems and card readers stay behind.",
  checkFacts: ({ vms }) =>
    vms.flatMap(({ key, devices }) => {
      const usb = devices.filter(({ kind }) => kind === "usb");
      if (usb.length > 0)
        return usb.map(({ label }) => ({
          vm: key,
          assessment: `USB device ${shown(label)} stays behind: use a USB server in the network, or a licence without dongle`,
        }));
      // An empty controller is what every desktop has; it is told once.
      return devices.some(({ kind }) => kind === "usbController")
        ? [
            {
              vm: key,
              category: "Information" as const,
              assessment: "a USB controller without a device: nothing is lost, unless one is plugged in at times",
            },
          ]
        : [];
    }),
};
