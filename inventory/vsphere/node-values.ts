import type { XmlNode } from "./xml-node.ts";

/** What is read from the elements of an answer. Everything may be missing: null is "the source did not tell". */

/** A managed object by its type and id, for example VirtualMachine vm-42. */
export interface Ref {
  readonly type: string;
  readonly id: string;
}

/** The element at a path of first children. */
export function nodeAt(node: XmlNode | null | undefined, ...path: readonly string[]): XmlNode | null {
  let found: XmlNode | null | undefined = node;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found ?? null;
}

/** All children of this name. */
export function nodesOf(node: XmlNode | null | undefined, name: string): readonly XmlNode[] {
  return node?.children.filter((child) => child.name === name) ?? [];
}

/** Text at a path; null when it is missing or empty. */
export function textAt(node: XmlNode | null | undefined, ...path: readonly string[]): string | null {
  const text = nodeAt(node, ...path)?.text;
  return text === undefined || text === "" ? null : text;
}

/** A whole number at a path; null when it is none, or too large to be exact. */
export function wholeAt(node: XmlNode | null | undefined, ...path: readonly string[]): number | null {
  const text = textAt(node, ...path)?.trim() ?? "";
  const value = /^-?\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? value : null;
}

/** true or false at a path. */
export function flagAt(node: XmlNode | null | undefined, ...path: readonly string[]): boolean | null {
  const text = textAt(node, ...path)?.trim();
  return text === "true" || text === "1" ? true : text === "false" || text === "0" ? false : null;
}

/** A reference at a path. */
export function refAt(node: XmlNode | null | undefined, ...path: readonly string[]): Ref | null {
  return refOf(nodeAt(node, ...path));
}

/** What an element refers to. */
export function refOf(node: XmlNode | null | undefined): Ref | null {
  return node?.ref === undefined || node.ref === null || node.text === "" ? null : { type: node.ref, id: node.text };
}

/** vCenter writes "/", "\" and "%" in names of its objects as %2f, %5c and %25 (vSphere API, ManagedEntity.name). */
export function plainName(name: string): string {
  return name.replace(/%(2f|5c|25)/gi, (escaped) => decodeURIComponent(escaped));
}
