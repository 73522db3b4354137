import type { EstateDevice } from "../../schema/estate.ts";
import { cellFlag, cellText } from "./cell.ts";
import type { Joined } from "./join.ts";
import { cellOf } from "./table.ts";
import type { VmRow } from "./vm-rows.ts";

/** The devices of a VM that RVTools has tabs of: drives and USB. Passthrough is in none. */
export function readDevices(
  vm: VmRow,
  { vCD, vFloppy, vUSB }: Readonly<Record<"vCD" | "vFloppy" | "vUSB", Joined>>,
): EstateDevice[] {
  return [
    ...ofTab(vm, vCD, "cdrom"),
    ...ofTab(vm, vFloppy, "floppy"),
    ...ofTab(vm, vUSB, "usb").map((device) =>
      /controller/i.test(device.label) ? { ...device, kind: "usbController" as const } : device,
    ),
  ];
}

function ofTab(vm: VmRow, tab: Joined, kind: EstateDevice["kind"]): EstateDevice[] {
  return tab.of(vm).map(({ table, row }) => {
    const names = [cellText(cellOf(table, row, "deviceNode")), cellText(cellOf(table, row, "deviceType"))];
    const label = names.filter((name) => name !== null).join(", ");
    return { kind, label: label === "" ? kind : label, connected: cellFlag(cellOf(table, row, "connected")) };
  });
}
