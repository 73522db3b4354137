import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseDocument } from "yaml";
import { z } from "zod";
import { Guard } from "./guard.ts";

/** What was read, and everything that is wrong with it, each with file and entry. */
export interface ReadGuards {
  readonly guards: readonly Guard[];
  readonly faults: readonly string[];
}

const Named = z.looseObject({ guard: z.string() });

/** Reads every YAML file of a folder. */
export function readGuards(folder: string): ReadGuards {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .sort();
  const read = files.map((name) => parseGuards(name, readFileSync(path.join(folder, name), "utf8")));
  return { guards: read.flatMap(({ guards }) => guards), faults: read.flatMap(({ faults }) => faults) };
}

/** Reads the text of one file. @param name of the file, without folder */
export function parseGuards(name: string, text: string): ReadGuards {
  const document = parseDocument(text);
  // The first fault of a file that is no YAML explains the others, which would be hundreds.
  const [error] = document.errors;
  if (error !== undefined) return { guards: [], faults: [`${name}: ${error.message.trim()}`] };
  const list = z.array(z.unknown()).nullable().safeParse(document.toJS());
  if (!list.success) return { guards: [], faults: [`${name}: expected a list of guards`] };
  const guards: Guard[] = [];
  const faults: string[] = [];
  for (const [index, entry] of (list.data ?? []).entries()) {
    const title = Named.safeParse(entry).data?.guard;
    const where = `${name}, entry ${index + 1}${title === undefined ? "" : ` (${title})`}`;
    const parsed = Guard.safeParse(entry);
    if (parsed.success) guards.push({ ...parsed.data, area: name.replace(/\.yaml$/, ""), where });
    else faults.push(...parsed.error.issues.map((issue) => `${where}: ${issue.path.join(".")}: ${issue.message}`));
  }
  return { guards, faults };
}
