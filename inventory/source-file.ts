import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { type CheckedFile, checkFile, type FileKind, throwFaults } from "./checked-file.ts";
import { toSortedJson } from "./json.ts";
import { namesIn } from "./names-in.ts";
import { compareText } from "./order.ts";
import { SourceFacts } from "./schema/source.ts";

/** `inventory/sources/NAME.json`. */
export const sourceKind: FileKind<SourceFacts> = { schema: SourceFacts, vmOf: () => null, check: () => [] };

/** Reads and checks what one source says of itself, with all faults. */
export function checkSourceFile(file: string): Promise<CheckedFile<SourceFacts>> {
  return checkFile(file, sourceKind);
}

/**
 * Reads what the sources say of themselves, sorted by server; nothing when there is no such folder.
 * @throws {FaultsError} with the faults of all of them.
 */
export async function loadSources(folder: string): Promise<readonly SourceFacts[]> {
  const names = await namesIn(folder, ".json");
  const files: CheckedFile<SourceFacts>[] = [];
  for (const name of names) files.push(await checkSourceFile(path.join(folder, name)));
  throwFaults(files);
  return files
    .flatMap(({ value }) => (value === null ? [] : [value]))
    .sort((a, b) => compareText(a.server, b.server) || compareText(a.kind, b.kind));
}

/** Writes the facts of these sources, each whole or not at all. Lists are sorted by name: the source's order is none. */
export async function writeSources(folder: string, sources: readonly SourceFacts[]): Promise<void> {
  if (sources.length > 0) await mkdir(folder, { recursive: true });
  for (const source of sources) {
    const file = path.join(folder, `${fileName(source)}.json`);
    const temporary = `${file}.${process.pid}.tmp`;
    const { hosts, clusters, datastores, networks } = source;
    const sorted = { hosts: byName(hosts), clusters: byName(clusters), datastores: byName(datastores) };
    await writeFile(temporary, toSortedJson({ ...source, ...sorted, networks: byName(networks) }));
    await rename(temporary, file);
  }
}

const byName = <T extends { readonly name: string }>(list: readonly T[]): T[] =>
  [...list].sort((a, b) => compareText(a.name, b.name));

/** The server is text from outside: only harmless characters of it get into the file's name. */
function fileName({ kind, server }: SourceFacts): string {
  const plain = server.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${kind}-${plain.replace(/^-+|-+$/g, "").slice(0, 80) || "source"}`;
}
