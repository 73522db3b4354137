import { SaxesParser } from "saxes";

/** Why a part of a workbook is not read on. */
export class SheetError extends Error {
  override readonly name = "SheetError";
}

/** Deeper than a worksheet or the shared strings are. */
const DEEPEST = 32;
/** Characters without the end of an element, a text or a comment: a cell has 32,767 at most. */
const LONGEST = 4 * 2 ** 20;
/** What is done with each part of the document, by local names: prefixes differ from writer to writer. */
export interface Handlers {
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly text: (text: string) => void;
  readonly close: (name: string) => void;
}

/** XML parsed as it comes. What grows without an end is stopped: the parser keeps an unfinished text or comment in memory. */
export class XmlStream {
  readonly #parser = new SaxesParser({ xmlns: false, position: false });
  #depth = 0;
  #pending = 0;

  constructor({ open, text, close }: Handlers) {
    const parser = this.#parser;
    const seen = (): void => {
      this.#pending = 0;
    };
    parser.on("error", (error) => {
      throw new SheetError(error.message.replace(/^(\d+:)*\d+: /, ""));
    });
    parser.on("doctype", () => {
      throw new SheetError("a document type (<!DOCTYPE ...>) is not taken");
    });
    parser.on("opentag", ({ name, attributes }) => {
      seen();
      this.#depth += 1;
      if (this.#depth > DEEPEST) throw new SheetError(`more than ${DEEPEST} levels of elements`);
      open(local(name), attributes);
    });
    parser.on("closetag", ({ name }) => {
      seen();
      this.#depth -= 1;
      close(local(name));
    });
    for (const event of ["text", "cdata"] as const)
      parser.on(event, (part) => {
        seen();
        text(part);
      });
    parser.on("comment", seen);
    parser.on("processinginstruction", seen);
  }

  /** @throws {SheetError} */
  write(text: string): void {
    this.#pending += text.length;
    if (this.#pending > LONGEST) throw new SheetError("a text that does not end");
    this.#parser.write(text);
  }

  /** @throws {SheetError} */
  end(): void {
    this.#parser.close();
  }
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);
