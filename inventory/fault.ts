import { shown } from "./shown.ts";

/** One thing that is wrong in a file that people or machines wrote. */
export interface Fault {
  readonly file: string;
  /** Line in the file, from 1; null when the fault is of the file as a whole. */
  readonly line: number | null;
  /** Key of the VM when the fault is inside one. */
  readonly vm: string | null;
  /** Dotted path in the file, "" for the whole of it. */
  readonly path: string;
  /** The value as it stands there, shortened, without control characters. */
  readonly value: string;
  readonly expected: string;
  /** What to do about it. */
  readonly advice: string;
}

/** All faults found, thrown once. The message is for the user; there is nothing to learn from the stack. */
export class FaultsError extends Error {
  override readonly name = "FaultsError";
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[]) {
    super(formatFaults(faults));
    this.faults = faults;
  }
}

/** The faults as text: a line with the place, a line with value, expectation and advice each; in order of place. */
export function formatFaults(faults: readonly Fault[]): string {
  const lines = [...faults].sort(comparePlaces).map(formatFault);
  return [...lines, `${faults.length} ${faults.length === 1 ? "fault" : "faults"}`].join("\n");
}

function formatFault({ file, line, vm, path, value, expected, advice }: Fault): string {
  const place = `${shown(file, 200)}${line === null ? "" : `:${line}`}`;
  const subject = [vm === null ? "" : `VM ${shown(vm)}`, shown(path, 120)].filter((part) => part !== "").join(": ");
  return `${place}${subject === "" ? "" : `: ${subject}`}\n    is ${value}; expected ${expected}\n    ${advice}`;
}

function comparePlaces(a: Fault, b: Fault): number {
  return a.file === b.file ? (a.line ?? 0) - (b.line ?? 0) : a.file < b.file ? -1 : 1;
}
