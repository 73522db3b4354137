/** A window of a disk: bytes from `offset`, `length` long. */
export interface Window {
  readonly offset: number;
  readonly length: number;
}

/** A part of a window: `zero` means that it reads as zeroes and need not be read. */
export interface Extent extends Window {
  readonly zero: boolean;
}

/** Contents of a disk that can be read at any place, by several requests side by side. */
export interface RandomContents {
  readonly kind: "random";
  /** How many reads may be under way at once; more make it no faster. */
  readonly depth: number;
  /** What a window holds: extents that cover it exactly, ascending. A source that cannot tell says "data". */
  extents(window: Window): Promise<readonly Extent[]>;
  /**
   * Reads exactly `length` bytes into `into`, which has that length.
   * @throws {SourceFault} for what may heal (the copy tries again), any other error for what cannot
   */
  read(window: Window, into: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Contents that come once, from front to end, such as an export over HTTP. */
export interface StreamContents {
  readonly kind: "stream";
  /**
   * The pieces that hold data, ascending and without overlap; what lies between them reads as zeroes.
   * @throws when the stream ends before its end, or breaks: what was missing is never taken for zeroes
   */
  pieces(): AsyncIterable<{ readonly offset: number; readonly data: Buffer }>;
  close(): Promise<void>;
}

export type Contents = RandomContents | StreamContents;

/** A fault of the source that may heal by itself: no answer, a connection that broke, a session that expired. */
export class SourceFault extends Error {
  override readonly name = "SourceFault";
}
