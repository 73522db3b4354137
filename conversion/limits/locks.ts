import type { Limit } from "./limit.ts";

/** The right to copy one disk; given back at the end, or by the death of its owner. */
export interface Held {
  release(): Promise<void>;
}

/** Where it is counted who has a part of what is limited. */
export interface Locks {
  /** Looks once. @returns how many have a part of a limit at this moment */
  look(): Promise<(limit: Limit) => number>;
  /** Takes one of each, or nothing and returns null. @param what for people who look at the locks */
  take(limits: readonly Limit[], what: string): Promise<Held | null>;
}
