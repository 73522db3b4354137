import { SaxesParser } from "saxes";

/** An element of an answer of the vSphere API. Names are local: prefixes differ between servers. */
export interface XmlNode {
  readonly name: string;
  /** Its xsi:type without prefix, for example VirtualDisk; null when it has none. */
  readonly type: string | null;
  /** Type of the managed object that its text refers to, for example HostSystem; null when it is no reference. */
  readonly ref: string | null;
  /** Its own text, as it stands; "" of an element with children. */
  readonly text: string;
  readonly children: readonly XmlNode[];
}

/** Why an answer is not taken as XML. */
export class AnswerError extends Error {
  override readonly name = "AnswerError";
}

/** How much of one answer is kept. */
export interface AnswerLimits {
  /** Characters of text and markup. Default 64 Mi: a page of 50 VMs is about 5 Mi. */
  readonly characters?: number;
  /** Default 1,000,000. */
  readonly elements?: number;
}

/** Each snapshot lies in its parent: 32 is vSphere's own limit, more has been seen. */
const DEEPEST = 256;
const NONE: readonly XmlNode[] = [];

interface Open {
  readonly name: string;
  readonly type: string | null;
  readonly ref: string | null;
  children: XmlNode[] | null;
  text: string;
}

/** Takes an answer piece by piece, so that not the text but only what it says is kept. */
export interface AnswerReader {
  /** @throws {AnswerError} when it is not XML, has a document type, or is larger than the limits. */
  write(text: string): void;
  /** The root element. @throws {AnswerError} when it is not complete. */
  end(): XmlNode;
}

/** Reads an answer. Document types are refused: entities read files or fill the memory, and SOAP forbids them. */
export function answerReader({ characters = 64 * 2 ** 20, elements = 1_000_000 }: AnswerLimits = {}): AnswerReader {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const open: Open[] = [];
  let root: XmlNode | null = null;
  let seenElements = 0;
  let seenCharacters = 0;
  const stop = (message: string): never => {
    throw new AnswerError(message);
  };
  parser.on("error", (error) => stop(error.message));
  parser.on("doctype", () => stop("a document type (<!DOCTYPE ...>) is not taken"));
  parser.on("opentag", ({ name, attributes }) => {
    seenElements += 1;
    if (seenElements > elements) stop(`more than ${elements} elements`);
    if (open.length >= DEEPEST) stop(`more than ${DEEPEST} levels`);
    open.push({ name: localName(name), ...typesOf(attributes), children: null, text: "" });
  });
  const addText = (more: string): void => {
    const current = open.at(-1);
    if (current?.children === null) current.text += more;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    const closed = open.pop();
    if (closed === undefined) return;
    const node = { ...closed, children: closed.children ?? NONE };
    const parent = open.at(-1);
    if (parent === undefined) root = node;
    else {
      // Blanks between the tags of a formatted answer are not its text.
      parent.text = "";
      (parent.children ??= []).push(node);
    }
  });
  return {
    write(text) {
      seenCharacters += text.length;
      if (seenCharacters > characters) stop(`more than ${characters} characters`);
      parser.write(text);
    },
    end() {
      parser.close();
      return root ?? stop("there is no element");
    },
  };
}

/** Reads an answer whose text is at hand. @throws {AnswerError} */
export function readAnswer(text: string, limits?: AnswerLimits): XmlNode {
  const reader = answerReader(limits);
  reader.write(text);
  return reader.end();
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** `type` belongs to a reference, `xsi:type` (whatever the prefix) to any value. */
function typesOf(attributes: Readonly<Record<string, string>>): Pick<Open, "type" | "ref"> {
  const ref = Object.hasOwn(attributes, "type") ? (attributes["type"] ?? null) : null;
  const typed = Object.keys(attributes).find((name) => name.endsWith(":type"));
  return { ref, type: typed === undefined ? null : localName(attributes[typed] ?? "") };
}
