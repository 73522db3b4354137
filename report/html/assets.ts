import { buildSync } from "esbuild";
import { readFileSync } from "node:fs";
import path from "node:path";

/** The style that all reports share. */
export function reportStyle(): string {
  return readFileSync(path.join(import.meta.dirname, "style.css"), "utf8");
}

/** A script of `report/browser/`, with what it imports, as one text. @param name for example "assess.ts" */
export function browserScript(name: string): string {
  const { outputFiles } = buildSync({
    entryPoints: [path.join(import.meta.dirname, "..", "browser", name)],
    ...{ bundle: true, minify: true, write: false, format: "iife", target: "es2022", legalComments: "none" },
    ...{ charset: "ascii", logLevel: "silent" },
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${name}: esbuild made nothing of it`);
  return file.text;
}
