import { buffer } from "node:stream/consumers";
import { ZipFile } from "yazl";
import type { Cell } from "../../../inventory/readers/rvtools/cell.ts";

export interface WorkbookOptions {
  /** Texts stand in the cells themselves, not in a list that all share. */
  readonly inline?: boolean;
  /** Prefix of every element, such as "x:". */
  readonly prefix?: string;
  /** Parts that are added or replace others, by name. */
  readonly parts?: Readonly<Record<string, string>>;
}

/** A workbook of sheets with these rows, made of the parts that a spreadsheet writes. */
export function workbook(
  sheets: Readonly<Record<string, readonly (readonly Cell[])[]>>,
  options: WorkbookOptions = {},
) {
  const { inline = false, prefix = "", parts = {} } = options;
  const strings = new Map<string, number>();
  const tag = (name: string, attributes: string, content: string): string =>
    `<${prefix}${name}${attributes}>${content}</${prefix}${name}>`;
  const cell = (value: Cell, reference: string): string => {
    if (value === null) return "";
    if (typeof value === "number") return tag("c", ` r="${reference}"`, tag("v", "", String(value)));
    if (typeof value === "boolean") return tag("c", ` r="${reference}" t="b"`, tag("v", "", value ? "1" : "0"));
    const text = tag("t", ' xml:space="preserve"', escaped(value));
    if (inline) return tag("c", ` r="${reference}" t="inlineStr"`, tag("is", "", text));
    const index = strings.get(value) ?? strings.set(value, strings.size).size - 1;
    return tag("c", ` r="${reference}" t="s"`, tag("v", "", String(index)));
  };
  const names = Object.keys(sheets);
  const namespace = prefix === "" ? "xmlns" : `xmlns:${prefix.slice(0, -1)}`;
  const main = `${namespace}="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`;
  const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const files: Record<string, string> = {
    "_rels/.rels": relations([`Id="r1" Type="${office}/officeDocument" Target="xl/workbook.xml"`]),
    "xl/workbook.xml": tag(
      "workbook",
      ` ${main} xmlns:r="${office}"`,
      tag(
        "sheets",
        "",
        names
          .map((name, at) => `<${prefix}sheet name="${escaped(name)}" sheetId="${at + 1}" r:id="rId${at}"/>`)
          .join(""),
      ),
    ),
    "xl/_rels/workbook.xml.rels": relations([
      ...names.map((_, at) => `Id="rId${at}" Type="${office}/worksheet" Target="worksheets/sheet${at}.xml"`),
      `Id="strings" Type="${office}/sharedStrings" Target="/xl/sharedStrings.xml"`,
    ]),
  };
  for (const [at, name] of names.entries()) {
    const rows = (sheets[name] ?? []).map((cells, line) =>
      tag(
        "row",
        ` r="${line + 1}"`,
        cells.map((value, column) => cell(value, `${letters(column)}${line + 1}`)).join(""),
      ),
    );
    files[`xl/worksheets/sheet${at}.xml`] =
      `<?xml version="1.0" encoding="UTF-8"?>${tag("worksheet", ` ${main}`, tag("sheetData", "", rows.join("")))}`;
  }
  const items = [...strings.keys()].map((value) => tag("si", "", tag("t", ' xml:space="preserve"', escaped(value))));
  files["xl/sharedStrings.xml"] = tag("sst", ` ${main}`, items.join(""));
  return zip({ ...files, ...parts });
}

/** An archive of these files. */
export async function zip(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const archive = new ZipFile();
  for (const [name, content] of Object.entries(files)) archive.addBuffer(Buffer.from(content), name);
  archive.end();
  return buffer(archive.outputStream);
}

function relations(attributes: readonly string[]): string {
  const namespace = "http://schemas.openxmlformats.org/package/2006/relationships";
  return `<Relationships xmlns="${namespace}">${attributes.map((one) => `<Relationship ${one}/>`).join("")}</Relationships>`;
}

const escaped = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll('"', "&quot;")
    .replace(
      /[^\t\n\u0020-\uD7FF\uE000-\uFFFD]/g,
      (character) => `_x${character.charCodeAt(0).toString(16).padStart(4, "0")}_`,
    );

function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26));
  return column < 26 ? last : `${letters(Math.floor(column / 26) - 1)}${last}`;
}
