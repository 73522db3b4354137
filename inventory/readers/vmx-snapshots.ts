import type { z } from "zod";
import type { EstateSnapshot } from "../schema/estate.ts";
import { whole, type VmxValues } from "./vmx-text.ts";

/** More than VMware lets a VM have (32 deep); a list that names more is damaged. */
const MOST = 500;

/** The snapshots of a .vmsd file, which lies beside the .vmx and is written like one. */
export function vmxSnapshots(values: VmxValues): z.input<typeof EstateSnapshot>[] {
  const count = Math.min(whole(values, "snapshot.numsnapshots") ?? 0, MOST);
  return Array.from({ length: count }, (_, index) => `snapshot${index}`).flatMap((prefix) => {
    const id = values.get(`${prefix}.uid`);
    if (id === undefined || id === "") return [];
    const parent = values.get(`${prefix}.parent`);
    return [
      {
        id,
        name: values.get(`${prefix}.displayname`) ?? "",
        createdAt: createdAt(values, prefix),
        parent: parent === undefined || parent === "" || parent === "0" ? null : parent,
      },
    ];
  });
}

/** Microseconds since 1970 in two halves of 32 bits, the lower one signed. */
function createdAt(values: VmxValues, prefix: string): string | null {
  const high = whole(values, `${prefix}.createtimehigh`);
  const low = Number(values.get(`${prefix}.createtimelow`) ?? Number.NaN);
  if (high === null || !Number.isInteger(low)) return null;
  const time = new Date((high * 2 ** 32 + (low < 0 ? low + 2 ** 32 : low)) / 1000);
  return Number.isNaN(time.getTime()) ? null : time.toISOString();
}
