import { SaxesParser } from "saxes";

/** An element of an XML document. Names are local: prefixes differ from tool to tool. */
export interface XmlElement {
  readonly name: string;
  /** By local name. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Its own text, trimmed; "" when it has none. */
  readonly text: string;
  /** Line in the file, from 1. */
  readonly line: number;
}

/** Why a text is not taken as XML. */
export class XmlError extends Error {
  override readonly name = "XmlError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Deeper than any format that is read here; a bomb of nested elements stops early. */
const DEEPEST = 64;
/** A file of 16 MiB (read-text.ts) cannot hold more elements that mean something. */
const MOST_ELEMENTS = 200_000;

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  readonly line: number;
  text: string;
}

/**
 * Parses XML strictly. Document types are refused: external entities read files, and nested ones fill the memory; no
 * tool whose files are read here writes one.
 * @throws {XmlError}
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser({ xmlns: false, position: true });
  const open: Open[] = [];
  const roots: XmlElement[] = [];
  let elements = 0;
  const stop = (message: string): never => {
    throw new XmlError(message, parser.line);
  };
  parser.on("error", (error) => stop(error.message.replace(/^(\d+:)*\d+: /, "")));
  parser.on("doctype", () => stop("a document type (<!DOCTYPE ...>) is not taken"));
  parser.on("opentag", ({ name, attributes }) => {
    elements += 1;
    if (open.length >= DEEPEST || elements > MOST_ELEMENTS)
      stop(`more than ${DEEPEST} levels or ${MOST_ELEMENTS} elements are not taken`);
    const known = Object.entries(attributes).map(([key, value]) => [localName(key), value] as const);
    open.push({ name: localName(name), attributes: new Map(known), children: [], text: "", line: parser.line });
  });
  const addText = (more: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += more;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const element = { ...closed, text: closed.text.trim() };
    (open.at(-1)?.children ?? roots).push(element);
  });
  parser.write(text.replace(/^\uFEFF/, "")).close();
  return roots[0] ?? stop("there is no element");
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** The first child of this name. */
export function child(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((one) => one.name === name);
}

/** The element at a path of first children. */
export function at(element: XmlElement | undefined, ...path: readonly string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>(child, element);
}

/** All children of this name. */
export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element?.children.filter((one) => one.name === name) ?? [];
}

/** Text of the first child of this name; undefined when there is none or it is empty. */
export function textOf(element: XmlElement | undefined, name: string): string | undefined {
  const text = child(element, name)?.text;
  return text === "" ? undefined : text;
}

/** All elements of this name, at any depth. */
export function descendantsOf(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((one) => [...(one.name === name ? [one] : []), ...descendantsOf(one, name)]);
}
