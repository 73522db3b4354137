import type { Window } from "../source/contents.ts";

/** What a request asks for of a file, as RFC 9110, section 14, has it. */
export type Asked =
  | { readonly kind: "whole" }
  | { readonly kind: "part"; readonly window: Window }
  /** Nothing of it is in the file: 416. */
  | { readonly kind: "unsatisfiable" };

/**
 * Reads the headers `Range` and `If-Range`. A range that is malformed, of another unit or one of several is left out of
 * account, which the RFC allows: the whole file is the answer then, and librbd takes no 200 for a part.
 * @param etag strong validator of the file, with its quotes
 */
export function readRange(
  range: string | undefined,
  ifRange: string | undefined,
  etag: string,
  sizeBytes: number,
): Asked {
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return { kind: "whole" };
  const [, first, last] = /^bytes=[ \t]*(\d*)-(\d*)[ \t]*$/i.exec(range) ?? [];
  if (first === undefined || last === undefined || (first === "" && last === "")) return { kind: "whole" };
  // More digits than a number holds exactly are past the end of any disk.
  const [from, to] = [Number(first), Number(last)];
  if (first === "") {
    const length = Math.min(to, sizeBytes);
    return length === 0 ? { kind: "unsatisfiable" } : part(sizeBytes - length, length);
  }
  if (last !== "" && to < from) return { kind: "whole" };
  if (from >= sizeBytes) return { kind: "unsatisfiable" };
  const end = last === "" ? sizeBytes : Math.min(to + 1, sizeBytes);
  return part(from, end - from);
}

const part = (offset: number, length: number): Asked => ({ kind: "part", window: { offset, length } });
