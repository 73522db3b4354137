import { createHash } from "node:crypto";
import { shown } from "../shown.ts";
import type { Fault } from "../fault.ts";
import { packageText, type OvfPackage, type PackageFile } from "./ovf-package.ts";
import { sourceFault, type Note, type ReadOptions } from "./reader.ts";

/** One line of a manifest: `SHA256(disk1.vmdk)= hex`. */
export interface Digest {
  readonly algorithm: "sha1" | "sha256" | "sha384" | "sha512";
  readonly name: string;
  readonly hex: string;
}

/** What the check of a manifest found. */
export interface ManifestCheck {
  readonly faults: readonly Fault[];
  /** Names of files whose content is not what the manifest says. */
  readonly wrong: ReadonlySet<string>;
  /** What was not checked. */
  readonly notes: readonly Note[];
}

const LARGEST_MANIFEST = 1 << 20;
const CHUNK = 4 << 20;

/** The digests of a manifest (OpenSSL 3 writes SHA2-256), or the number of the first line that is none. */
export function parseManifest(text: string): readonly Digest[] | { readonly line: number } {
  const digests: Digest[] = [];
  for (const [index, line] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === "") continue;
    const [, kind, name, hex] =
      /^\s*(SHA(?:-?1|2?-?(?:256|384|512)))\s*\((.{1,4096})\)\s*=\s*([0-9a-f]+)\s*$/i.exec(line) ?? [];
    const algorithm = algorithms[kind?.toLowerCase().replace(/^sha2?-/, "sha") ?? ""];
    if (algorithm === undefined || name === undefined || hex === undefined) return { line: index + 1 };
    digests.push({ algorithm, name, hex: hex.toLowerCase() });
  }
  return digests;
}

const algorithms: Readonly<Record<string, Digest["algorithm"]>> = {
  sha1: "sha1",
  sha256: "sha256",
  sha384: "sha384",
  sha512: "sha512",
};

/**
 * Compares every file that the manifest names with its digest, each read once, by 4 MiB. The manifest has the name of the
 * OVF with .mf. Without one nothing is known of the content, and that is said. Its signature (.cert) is not verified.
 */
export async function checkManifest(pack: OvfPackage, options: ReadOptions): Promise<ManifestCheck> {
  const notes: Note[] = [];
  const note = (text: string): void => void notes.push({ file: pack.file, vms: [], text });
  const base = pack.ovf.name.replace(/\.ovf$/i, "");
  const manifest = await pack.find(`${base}.mf`);
  const fault = (at: string, value: string, expected: string, advice: string, line: number | null = null): Fault =>
    sourceFault(pack.file, null, at, shown(value, 120), expected, advice, line);
  if (manifest === null || typeof manifest === "string") {
    note("it has no manifest: that its files are whole is not checked");
    return { faults: [], wrong: new Set(), notes };
  }
  if (options.manifestCheck === false) {
    note("its manifest was not checked (--no-manifest-check)");
    return { faults: [], wrong: new Set(), notes };
  }
  const certificate = await pack.find(`${base}.cert`);
  if (certificate !== null && typeof certificate !== "string")
    note("its certificate was not verified: the manifest says that files are whole, not who made them");
  const digests = await readManifest(manifest);
  if ("line" in digests) {
    const expected = "lines such as SHA256(disk1.vmdk)= and the digest";
    const advice = "get the package again, or leave the check out with --no-manifest-check";
    return {
      faults: [fault(manifest.name, "another text", expected, advice, digests.line)],
      wrong: new Set([""]),
      notes,
    };
  }
  const faults: Fault[] = [];
  const wrong = new Set<string>();
  const report = progressOf(pack, options);
  for (const digest of digests) {
    const file = await pack.find(digest.name);
    if (file === null || typeof file === "string") {
      const value = file ?? "not in the package";
      faults.push(
        fault(digest.name, value, "a file that the manifest names", "get the package again: it is not whole"),
      );
      continue;
    }
    const found = await digestOf(file, digest.algorithm, report);
    if (found === digest.hex) continue;
    wrong.add(file.name);
    const expected = `${digest.algorithm.toUpperCase()} ${shown(digest.hex, 140)}, as the manifest says`;
    faults.push(fault(digest.name, found, expected, "get the package again: the file was damaged or changed"));
  }
  const listed = new Set(digests.map(({ name }) => name));
  if (!listed.has(pack.ovf.name)) note("its manifest does not name the OVF itself");
  return { faults, wrong, notes };
}

async function readManifest(file: PackageFile): Promise<readonly Digest[] | { readonly line: number }> {
  if (file.size > LARGEST_MANIFEST) return { line: 1 };
  return parseManifest(await packageText(file, LARGEST_MANIFEST));
}

function digestOf(file: PackageFile, algorithm: string, report: (bytes: number) => void): Promise<string> {
  return file.use(async ({ read, size }) => {
    const hash = createHash(algorithm);
    for (let at = 0; at < size;) {
      const chunk = await read(at, Math.min(CHUNK, size - at));
      if (chunk.length === 0) return `nothing after byte ${at}`;
      hash.update(chunk);
      at += chunk.length;
      report(chunk.length);
    }
    return hash.digest("hex");
  });
}

/** Tells every two seconds how much of the package was read. */
function progressOf(pack: OvfPackage, { progress }: ReadOptions): (bytes: number) => void {
  let read = 0;
  let told = Date.now();
  return (bytes) => {
    read += bytes;
    if (Date.now() - told < 2000) return;
    told = Date.now();
    progress?.(`${shown(pack.file, 120)}: ${(read / 2 ** 30).toFixed(1)} GiB compared with the manifest`);
  };
}
