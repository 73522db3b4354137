import { parseDocument } from "yaml";

/**
 * The value of a YAML text.
 * @throws {Error} whose message says line and kind of the fault and, unlike the parser's own, quotes nothing: the file may
 * be one with a password, or the wrong one.
 */
export function readYaml(text: string): unknown {
  const document = parseDocument(text, { prettyErrors: true, logLevel: "silent" });
  const [error] = document.errors;
  if (error !== undefined)
    throw new Error(`not valid YAML in line ${error.linePos?.[0].line ?? "unknown"} (${error.code})`);
  try {
    return document.toJS() as unknown;
  } catch {
    throw new Error("not valid YAML: an alias (*name) without its anchor, or too many");
  }
}
