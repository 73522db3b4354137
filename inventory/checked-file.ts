import type { z } from "zod";
import { mismatches, valueAt } from "./expectation.ts";
import { FaultsError, type Fault } from "./fault.ts";
import { readText } from "./read-text.ts";
import { shownValue } from "./shown.ts";
import { parseSource, type Path, type SourceDocument } from "./source-document.ts";

/** A file that was read and checked: its value when it fits the schema, and every fault found. */
export interface CheckedFile<T> {
  readonly file: string;
  readonly value: T | null;
  readonly faults: readonly Fault[];
  /** For faults that need more than this file; null when it could not be parsed. */
  readonly document: SourceDocument | null;
}

/** What one kind of file is. */
export interface FileKind<T> {
  readonly schema: z.ZodType<T>;
  /** Key of the VM that a path of the file lies in, or null. */
  readonly vmOf: (path: Path, value: unknown) => string | null;
  /** Faults that a schema cannot tell, of a value that fits it. */
  readonly check: (value: T, fault: FaultAt) => readonly Fault[];
}

/** Makes a fault at a path of the file at hand. */
export type FaultAt = (path: Path, expected: string, advice: string, at?: "key" | "value") => Fault;

/** Reads and checks one file. It throws nothing: faults are collected over several files. */
export async function checkFile<T>(file: string, kind: FileKind<T>): Promise<CheckedFile<T>> {
  const text = await readText(file);
  return typeof text === "string" ? checkText(file, text, kind) : failed<T>(file, [text]);
}

/** Checks the text of a file. */
export function checkText<T>(file: string, text: string, kind: FileKind<T>): CheckedFile<T> {
  const document = parseSource(file, text);
  if ("faults" in document) return failed<T>(file, document.faults);
  const fault = faultAt(document, kind.vmOf);
  const version = wrongVersion(document, fault);
  if (version !== null) return { file, value: null, faults: [version], document };
  const parsed = kind.schema.safeParse(document.value);
  if (!parsed.success) {
    const found = mismatches(parsed.error.issues, kind.schema, document.value);
    const faults = found.map(({ path, expected, advice, at }) => fault(path, expected, advice, at));
    return { file, value: null, faults, document };
  }
  return { file, value: parsed.data, faults: kind.check(parsed.data, fault), document };
}

/** @throws {FaultsError} with the faults of all files, when there are any. */
export function throwFaults(
  files: readonly { readonly faults: readonly Fault[] }[],
  more: readonly Fault[] = [],
): void {
  const faults = [...files.flatMap((file) => file.faults), ...more];
  if (faults.length > 0) throw new FaultsError(faults);
}

/** Makes faults at paths of a document. */
export function faultAt(document: SourceDocument, vmOf: FileKind<unknown>["vmOf"]): FaultAt {
  return (path, expected, advice, at = "value") => ({
    file: document.file,
    line: document.lineOf(path, at),
    vm: vmOf(path, document.value),
    path: path.map(pathPart).join("."),
    value: shownValue(at === "key" ? path.at(-1) : valueAt(document.value, path)),
    expected,
    advice,
  });
}

/** Keys with dots or blanks in quotes, so that the path can be read in one way only. */
function pathPart(part: string | number): string {
  return /^[\w-]+$/.test(String(part)) ? String(part) : JSON.stringify(part);
}

/** A file of another version is not judged by this one's rules: that one fault says all. */
function wrongVersion(document: SourceDocument, fault: FaultAt): Fault | null {
  const version = valueAt(document.value, ["version"]);
  if (version === undefined || version === 1) return null;
  const newer = typeof version === "number" && version > 1;
  const advice = newer ? "use the wavelift that wrote it, or a newer one" : "write version: 1";
  return fault(["version"], "1, the only version that this wavelift knows", advice);
}

function failed<T>(file: string, faults: readonly Fault[]): CheckedFile<T> {
  return { file, value: null, faults, document: null };
}
