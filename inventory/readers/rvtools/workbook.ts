import path from "node:path/posix";
import { at, childrenOf, parseXml } from "../xml.ts";

/** A sheet of a workbook and the part of the archive that it is. */
export interface Sheet {
  readonly name: string;
  readonly part: string;
}

/** What the index of a workbook says. */
export interface Workbook {
  readonly sheets: readonly Sheet[];
  /** Part with the shared strings; null when it has none. */
  readonly strings: string | null;
}

/** Where the index of the sheets stands, by `_rels/.rels`. */
export function workbookPart(rels: string | null): string {
  const main = rels === null ? undefined : relations(rels, "").find(({ type }) => type.endsWith("/officeDocument"));
  return main?.part ?? "xl/workbook.xml";
}

/**
 * The sheets by name. Targets are names inside the archive and nothing else: external ones (links to other files) are
 * left out.
 * @throws {XmlError}
 */
export function readWorkbook(part: string, xml: string, rels: string): Workbook {
  const related = relations(rels, path.dirname(part));
  const sheets = childrenOf(at(parseXml(xml), "sheets"), "sheet").flatMap(({ attributes }) => {
    const target = related.find(({ id }) => id === attributes.get("id"));
    const name = attributes.get("name");
    return target === undefined || name === undefined ? [] : [{ name, part: target.part }];
  });
  return { sheets, strings: related.find(({ type }) => type.endsWith("/sharedStrings"))?.part ?? null };
}

/** Where the relations of a part stand. */
export function relationsPart(part: string): string {
  return path.join(path.dirname(part), "_rels", `${path.basename(part)}.rels`);
}

function relations(xml: string, folder: string): { id: string; type: string; part: string }[] {
  return childrenOf(parseXml(xml), "Relationship").flatMap(({ attributes }) => {
    const [id, type, target] = [attributes.get("Id"), attributes.get("Type"), attributes.get("Target")];
    if (id === undefined || type === undefined || target === undefined) return [];
    if (attributes.get("TargetMode") === "External") return [];
    return [{ id, type, part: path.resolve("/", folder, target).slice(1) }];
  });
}
