import type { Facts, Origin } from "./decide.ts";

/** How a part came into the cache in this run. */
export interface Made {
  readonly use: Origin;
  readonly why: string;
}

/** The facts about one part, its folder in the cache, and what this run did about it. */
export interface Job extends Facts {
  readonly folder: string;
  /** Null where nothing had to be done. */
  readonly made: Made | null;
}
