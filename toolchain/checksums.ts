import { createHash, type Hash } from "node:crypto";

/** A published digest of a file. SHA-1 is what Pulumi's newer plugin releases publish (`shasum` without -a). */
export interface PublishedDigest {
  readonly algorithm: "sha1" | "sha256" | "sha512";
  readonly hex: string;
}

const algorithmOfLength: Readonly<Record<number, PublishedDigest["algorithm"]>> = {
  40: "sha1",
  64: "sha256",
  128: "sha512",
};

/**
 * The strongest digest of `fileName` in a checksums file ("HEX  NAME", "HEX *./NAME"), or null where it is not named.
 * A digest of an unknown length is as good as none.
 */
export function findDigest(checksums: string, fileName: string): PublishedDigest | null {
  let best: PublishedDigest | null = null;
  for (const line of checksums.split(/\r?\n/)) {
    const [, hex, name] = /^([0-9a-fA-F]+)\s+\*?(?:\.\/)?(\S+)$/.exec(line.trim()) ?? [];
    if (hex === undefined || name !== fileName) continue;
    const algorithm = algorithmOfLength[hex.length];
    if (algorithm !== undefined && hex.length > (best?.hex.length ?? 0)) best = { algorithm, hex: hex.toLowerCase() };
  }
  return best;
}

/** A running digest of the published kind. */
export function startDigest(published: PublishedDigest): Hash {
  return createHash(published.algorithm);
}
