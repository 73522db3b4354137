import { shown } from "../../inventory/shown.ts";
import { type By, parseBy } from "../../planning/waves/application-links.ts";
import type { WaveLimits } from "../../planning/waves/part.ts";
import { UserError } from "../failure.ts";

/** What `waves propose` and `waves check` are told about the waves that are wanted. */
export interface LimitOptions {
  readonly maxVms: number;
  /** TiB of disk capacity a wave; default: no limit. */
  readonly maxTib?: number;
  readonly by: readonly string[];
}

export const limitsOf = ({ maxVms, maxTib }: LimitOptions): WaveLimits => ({
  maxVms,
  maxBytes: maxTib === undefined ? Infinity : maxTib * 2 ** 40,
});

/** @throws {UserError} when one is no way to tell an application */
export function bysOf(texts: readonly string[]): By[] {
  return texts.map((text) => {
    const parsed = parseBy(text);
    if (parsed !== null) return parsed;
    throw new UserError(`--by ${shown(text)}: expected tag:CATEGORY, attribute:NAME, folder or dependency`);
  });
}
