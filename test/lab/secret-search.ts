import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import path from "node:path";

/** A secret to look for. */
export interface Secret {
  /** What it is, for messages: "password of clouds.yaml". */
  readonly name: string;
  /** Letters and digits only, at least 16: no way of escaping changes them. The secret itself may have more around it. */
  readonly core: string;
}

/** A secret that was found. Never holds the secret. */
export interface Finding {
  readonly secret: string;
  readonly encoding: string;
  readonly place: string;
}

/** How a secret may be written: what an escape leaves alone is found raw, the rest needs forms of its own. */
export function formsOf(core: string): ReadonlyMap<string, Buffer> {
  const bytes = Buffer.from(core);
  const reversed = Array.from(core).reverse().join("");
  const forms = new Map([
    ["raw", bytes],
    ["reversed", Buffer.from(reversed)],
    ["UTF-16", Buffer.from(core, "utf16le")],
    ["hex", Buffer.from(bytes.toString("hex"))],
    ["HEX", Buffer.from(bytes.toString("hex").toUpperCase())],
    ["reversed hex", Buffer.from(Buffer.from(reversed).toString("hex"))],
  ]);
  // Inside a longer base64 text it begins at one of three places; what its neighbours change is cut off. Letters and
  // digits have the same base64 and base64url but for the two last characters of the alphabet: both are looked for.
  for (const before of [0, 1, 2])
    for (const encoding of ["base64", "base64url"] as const) {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .replace(/=+$/, "");
      const first = before === 0 ? 0 : before + 1;
      const whole = Math.floor(((before + bytes.length) * 8) / 6);
      forms.set(`${encoding} at ${before}`, Buffer.from(text.slice(first, whole)));
    }
  return forms;
}

/** The forms of each core, made once: a sweep looks at thousands of processes and files. */
const forms = new Map<string, ReadonlyMap<string, Buffer>>();

/** Finds every secret, in every form, in some bytes. */
export function searchBytes(bytes: Buffer, place: string, secrets: readonly Secret[]): Finding[] {
  return secrets.flatMap(({ name, core }) => {
    const known = forms.get(core) ?? formsOf(core);
    forms.set(core, known);
    return [...known]
      .filter(([, form]) => bytes.includes(form))
      .slice(0, 1)
      .map(([encoding]) => ({ secret: name, encoding, place }));
  });
}

export interface FileSearch {
  readonly findings: Finding[];
  /** How many files were read: a search that read none proves nothing. */
  readonly files: number;
}

export interface SearchOptions {
  /** Files and folders that are left out. */
  readonly skip?: readonly string[];
  /** Only files written since then (milliseconds since 1970). */
  readonly sinceMs?: number;
  /** Larger files are left out. Default 64 MiB. */
  readonly largestBytes?: number;
}

/** Searches all files below a folder, names included, symbolic links by their target only. */
export function searchFolder(folder: string, secrets: readonly Secret[], options: SearchOptions = {}): FileSearch {
  const { skip = [], sinceMs = 0, largestBytes = 64 * 2 ** 20 } = options;
  const found: { findings: Finding[]; files: number } = { findings: [], files: 0 };
  const names = (text: string, place: string): void => {
    for (const { name, core } of secrets)
      if (text.includes(core)) found.findings.push({ secret: name, encoding: "raw", place });
  };
  const visit = (place: string): void => {
    if (skip.includes(place)) return;
    names(path.basename(place), `name of ${place}`);
    try {
      const stat = lstatSync(place);
      if (stat.isDirectory()) for (const name of readdirSync(place)) visit(path.join(place, name));
      else if (stat.isSymbolicLink()) names(readlinkSync(place), `target of ${place}`);
      else if (stat.isFile() && stat.size <= largestBytes && stat.mtimeMs >= sinceMs) {
        found.files += 1;
        found.findings.push(...searchBytes(readFileSync(place), place, secrets));
      }
    } catch (error) {
      // Others work in the same folders: what is gone by now cannot be searched.
      if (!(error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENXIO")))
        throw error;
    }
  };
  visit(folder);
  return found;
}
