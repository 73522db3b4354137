import { shown } from "../inventory/shown.ts";

/** Disks by their labels, for messages. */
export const shownDisks = (labels: readonly string[]): string => labels.map((label) => shown(label)).join(", ");
