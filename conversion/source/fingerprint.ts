import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import type { Fingerprint } from "../ledger/ledger.ts";
import { quote, type SourceFile } from "./locate.ts";

/** What of a file is in a fingerprint. */
export interface Fingerprinted {
  /** Without its folder: another mount point is the same source. */
  readonly name: string;
  readonly bytes: number;
  readonly modifiedNs: bigint;
}

/** The fingerprint of what a disk is made of. */
export function fingerprintOf(files: readonly Fingerprinted[]): Fingerprint {
  const hash = createHash("sha256");
  for (const file of files) hash.update(`${JSON.stringify(file.name)} ${file.bytes} ${file.modifiedNs}\n`);
  return { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0), sha256: hash.digest("hex") };
}

/** The fingerprint of files of this host. */
export const fingerprint = (files: readonly SourceFile[]): Fingerprint =>
  fingerprintOf(files.map(({ path, bytes, modifiedNs }) => ({ name: basename(path), bytes, modifiedNs })));

/** Which files have changed on the disk since they were looked at, each with what changed; empty when none has. */
export async function changedFiles(files: readonly SourceFile[]): Promise<string[]> {
  const changes: string[] = [];
  for (const file of files) {
    const now = await freshStat(file.path);
    if (now === null) changes.push(`${quote(file.name)} is gone`);
    else if (now.dev !== file.device || now.ino !== file.inode) changes.push(`${quote(file.name)} was replaced`);
    else if (Number(now.size) !== file.bytes)
      changes.push(`${quote(file.name)} had ${file.bytes} bytes, has ${now.size}`);
    else if (now.mtimeNs !== file.modifiedNs) changes.push(`${quote(file.name)} was written to`);
  }
  return changes;
}

/** Size and time of a file as its server has them: opening it makes an NFS client ask again instead of remembering. */
async function freshStat(path: string): Promise<BigIntStats | null> {
  const file = await open(path, "r").catch(() => null);
  try {
    return (await file?.stat({ bigint: true })) ?? null;
  } finally {
    await file?.close();
  }
}
