import type { EstateVm } from "../../inventory/schema/estate.ts";
import { shown } from "../../inventory/shown.ts";
import type { FactRule } from "./fact-rule.ts";
import type { Finding } from "./rule.ts";

const MIB = 2 ** 20;

/** Free space in MiB that virt-v2v asks for (its manual, "Free space for conversion"); others than these: 10. */
const places: readonly { readonly path: RegExp; readonly needMiB: number }[] = [
  { path: /^\/$/, needMiB: 100 },
  { path: /^\/boot$/, needMiB: 50 },
  { path: /^c:[\\/]?$/i, needMiB: 100 },
];

/** File systems that are always full, because nobody can write to them. */
const readOnly = /^(iso9660|cdfs|udf|squashfs|erofs|cramfs|romfs)$/i;

export const guestDiskSpace: FactRule = {
  id: "guest-disk.space",
  category: "Critical",
  label: "Guest file system is full",
  why: "Drivers and first-boot scripts are written into the guest; a conversion that runs out of space ends half done.",
  checkFacts: ({ vms }) => vms.flatMap((vm) => vm.guestDisks.flatMap((disk) => findings(vm, disk))),
};

function findings({ key }: EstateVm, { path, freeBytes, fileSystem }: EstateVm["guestDisks"][number]): Finding[] {
  if (readOnly.test(fileSystem ?? "")) return [];
  const place = places.find((one) => one.path.test(path));
  const needMiB = place?.needMiB ?? 10;
  if (freeBytes >= needMiB * MIB) return [];
  const assessment =
    `file system ${shown(path)} has ${Math.floor(freeBytes / MIB)} MiB free, ` +
    `expected at least ${needMiB} MiB: free space in the guest, then read the inventory again`;
  return [{ vm: key, assessment, ...(place === undefined ? { category: "Warning" as const } : {}) }];
}
