import type { EstateDisk } from "../inventory/schema/estate.ts";
import { shown } from "../inventory/shown.ts";
import { changed, type LiveChange, paired } from "./live-change.ts";

/** What is another at the disks, by device key. Nearly all of it decides what is copied, and from where. */
export function liveDiskChanges(before: readonly EstateDisk[], now: readonly EstateDisk[]): LiveChange[] {
  return paired(before, now, ({ deviceKey }) => deviceKey).flatMap((pair) => {
    if (pair.before === null) return pair.now === null ? [] : [added(pair.now)];
    return pair.now === null ? [removed(pair.before)] : differences(pair.before, pair.now);
  });
}

const named = ({ label, deviceKey }: EstateDisk): string => `${shown(label)} (${deviceKey})`;
const place = ({ datastore, file }: EstateDisk): string => `[${datastore}] ${file}`;

function added(disk: EstateDisk): LiveChange {
  const text = `${named(disk)}: is new, ${disk.capacityBytes} bytes, ${shown(place(disk), 120)}; it would not be copied`;
  return { category: "Critical", text };
}

function removed(disk: EstateDisk): LiveChange {
  return { category: "Critical", text: `${named(disk)}: is no longer there (it was ${shown(place(disk), 120)})` };
}

function differences(before: EstateDisk, now: EstateDisk): LiveChange[] {
  const name = named(now);
  return [
    ...changed("Critical", `${name} size in bytes`, before.capacityBytes, now.capacityBytes),
    ...changed("Critical", `${name} file`, place(before), place(now)),
    ...changed("Critical", `${name} difference to another file`, before.parentFile !== null, now.parentFile !== null),
    ...changed("Critical", `${name} identity`, before.uuid?.toLowerCase() ?? null, now.uuid?.toLowerCase() ?? null),
    ...changed("Critical", `${name} mode`, before.mode, now.mode),
    ...changed("Critical", `${name} raw device mapping`, before.rdm, now.rdm),
    ...changed("Critical", `${name} encrypted`, before.encrypted, now.encrypted),
    ...changed("Critical", `${name} sharing`, sharingOf(before), sharingOf(now)),
    ...changed("Warning", `${name} place on its bus`, busPlace(before), busPlace(now)),
    ...changed("Warning", `${name} boot order`, before.bootOrder ?? "none", now.bootOrder ?? "none"),
    ...changed("Warning", `${name} reachable by its source`, before.datastoreAccessible, now.datastoreAccessible),
    ...changed("Information", `${name} change tracking`, before.changeTracking, now.changeTracking),
  ];
}

const sharingOf = ({ sharing, controller }: EstateDisk): string => `${sharing}, bus ${controller.sharedBus}`;
const busPlace = ({ controller, unit }: EstateDisk): string => `${controller.bus} ${controller.busNumber}:${unit}`;
