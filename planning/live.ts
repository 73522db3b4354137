import type { FoundVm } from "../inventory/readers/reader.ts";

/** What the source said of the wave's VMs just now. */
export interface Live {
  /** By key of each VM that was asked for: as it is now, or null: its source does not know it any more. */
  readonly vms: ReadonlyMap<string, FoundVm | null>;
  /** Sources that could not be asked: the estate's facts count for their VMs. */
  readonly unread: readonly Unread[];
}

export interface Unread {
  /** The same text as `source.server` of its VMs. */
  readonly server: string;
  /** Why, for people. No credential stands in it. */
  readonly reason: string;
  /** Keys of the VMs that were not read for it; none: what was to be asked beside the reader did not answer. */
  readonly vms: readonly string[];
}

/** No source was asked. */
export const notLive: Live = { vms: new Map(), unread: [] };
