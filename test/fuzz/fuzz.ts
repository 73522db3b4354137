import type fc from "fast-check";

/** A property that is tried on very many cheap cases: what a source may hold is nothing that we chose. */
export interface Fuzz {
  /** The reader. */
  readonly name: string;
  /** Cases in CI; all readers together have at least 100,000. */
  readonly runs: number;
  readonly property: () => fc.IRawProperty<unknown>;
}
