import type { EstateDisk } from "../inventory/schema/estate.ts";
import { compareText } from "../inventory/order.ts";
import { shown } from "../inventory/shown.ts";
import { type Decision, decided, undecided } from "./decision.ts";

/** How sure the choice is: `likely` and `guessed` are for a concern to ask about. */
export type Doubt = "none" | "likely" | "guessed";

export interface BootDisk {
  readonly disk: EstateDisk;
  readonly doubt: Doubt;
}

const busOrder = ["scsi", "sata", "ide", "nvme"];

/**
 * Order of disks by controller: bus, number of the controller, unit; then device key and label, which say nothing of
 * the order in which a BIOS looks (vCenter's list order is not boot order).
 */
export function compareDisks(a: EstateDisk, b: EstateDisk): number {
  return (
    busOrder.indexOf(a.controller.bus) - busOrder.indexOf(b.controller.bus) ||
    a.controller.busNumber - b.controller.busNumber ||
    a.unit - b.unit ||
    a.deviceKey - b.deviceKey ||
    compareText(a.label, b.label)
  );
}

/** The disk to boot from: declared in the plan, else first of the VM's boot order, else first by controller. */
export function chooseBootDisk(disks: readonly EstateDisk[], declared: number | undefined): Decision<BootDisk> {
  if (declared !== undefined) {
    const disk = disks.find(({ deviceKey }) => deviceKey === declared);
    if (disk !== undefined) return decided({ disk, doubt: "none" }, `${place(disk)}, declared in the plan`);
    const keys = disks.map(({ deviceKey }) => String(deviceKey)).join(", ");
    return undecided(`bootDisk ${declared} of the plan is no disk of the VM: name one of ${keys || "none"}`);
  }
  const sorted = [...disks].sort(compareDisks);
  const ordered = sorted.filter((disk) => disk.bootOrder !== null).sort(byBootOrder);
  const [first] = ordered;
  if (first !== undefined) return decided({ disk: first, doubt: "none" }, `${place(first)}, first in the boot order`);
  const [only, ...others] = sorted;
  if (only === undefined) return undecided("the VM has no disk");
  if (others.length === 0) return decided({ disk: only, doubt: "none" }, `${place(only)}, the only disk`);
  const reason = `${place(only)}, first of ${sorted.length} by controller; the source tells no boot order`;
  return decided({ disk: only, doubt: doubtOf(sorted, only) }, reason);
}

/** "Hard disk 1" (2000, scsi 0:0). */
function place({ label, deviceKey, controller, unit }: EstateDisk): string {
  return `${shown(label)} (${deviceKey}, ${controller.bus} ${controller.busNumber}:${unit})`;
}

function byBootOrder(a: EstateDisk, b: EstateDisk): number {
  return (a.bootOrder ?? 0) - (b.bootOrder ?? 0) || compareDisks(a, b);
}

/** Position 0:0 of the only bus is where firmware looks first; anything else is a guess. */
function doubtOf(disks: readonly EstateDisk[], first: EstateDisk): Doubt {
  const oneBus = disks.every(({ controller }) => controller.bus === first.controller.bus);
  const atZero = disks.filter(({ controller, unit }) => controller.busNumber === 0 && unit === 0);
  return oneBus && atZero.length === 1 && atZero[0] === first ? "likely" : "guessed";
}
