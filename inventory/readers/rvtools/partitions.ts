import type { z } from "zod";
import type { GuestDisk } from "../../schema/estate.ts";
import { cellMiBAsBytes, cellText } from "./cell.ts";
import type { Attached } from "./join.ts";
import { cellOf } from "./table.ts";

/** The file systems that VMware Tools reported of a VM. A row without sizes tells nothing. */
export function readPartitions(rows: readonly Attached[]): z.input<typeof GuestDisk>[] {
  return rows.flatMap(({ table, row }) => {
    const path = cellText(cellOf(table, row, "disk"));
    const capacityBytes = cellMiBAsBytes(cellOf(table, row, "capacity"));
    const freeBytes = cellMiBAsBytes(cellOf(table, row, "free"));
    return path === null || capacityBytes === null || freeBytes === null ? [] : [{ path, capacityBytes, freeBytes }];
  });
}
