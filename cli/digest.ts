import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ChildCommands } from "../conversion/commands.ts";
import { digestContents } from "../conversion/copy/digest-contents.ts";
import { startHasher } from "../conversion/copy/hasher.ts";
import { startProgress } from "../conversion/copy/progress.ts";
import { systemClock } from "../conversion/effects.ts";
import { Failure } from "../conversion/failure.ts";
import { serveNode } from "../conversion/nbd/serve.ts";
import { NbdError } from "../conversion/nbd/connection.ts";
import { SourceFault } from "../conversion/source/contents.ts";
import { toSortedJson } from "../inventory/json.ts";
import { digestOfFile, digestOfRbd, type DigestOptions, type DigestPlace } from "./digest/place.ts";
import { exitCodes, UserError } from "./failure.ts";

/**
 * `wavelift digest FILE|rbd:POOL/IMAGE`: the digest of a disk (conversion/copy/digest.ts), as reports and ledgers have it,
 * computed anew from what is there now. Exit code 1 where it is not the expected one, or not the one of the image's ledger.
 */
export async function digestCommand(place: string, options: DigestOptions & { json: boolean }): Promise<number> {
  const commands = new ChildCommands();
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-digest-"));
  const hasher = startHasher();
  try {
    const found = place.startsWith("rbd:")
      ? await digestOfRbd(commands, place, options)
      : await digestOfFile(commands, place, options);
    if (found.note !== null) say(found.note);
    const contents = await serveNode({ commands, clock: systemClock, folder }, found.name, found.node);
    try {
      const progress = startProgress(systemClock, say, found.name, found.sizeBytes, 0);
      const digest = await digestContents(contents, hasher, found.sizeBytes, (bytes) => {
        progress.update(bytes);
      });
      return tell(found, digest, options);
    } finally {
      await contents.close();
    }
  } catch (error) {
    if (error instanceof Failure || error instanceof SourceFault || error instanceof NbdError)
      throw new UserError(error.message, exitCodes.failed);
    throw error;
  } finally {
    commands.killAll();
    await hasher.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function tell(found: DigestPlace, digest: string, { expect, json }: { expect?: string; json: boolean }): number {
  const expected = expect ?? found.recorded;
  const same = expected === null || expected === digest;
  if (json)
    process.stdout.write(
      toSortedJson({ version: 1, place: found.name, bytes: found.sizeBytes, digest, expected, same }),
    );
  else process.stdout.write(`${digest}  ${found.name}\n`);
  if (same) {
    if (expected !== null && !json)
      process.stderr.write(`As ${expect === undefined ? "the ledger says" : "expected"}.\n`);
    return exitCodes.done;
  }
  process.stderr.write(
    `Not as ${expect === undefined ? "the ledger says" : "expected"}: ${expected}. ` +
      "A volume differs from its source once its server has written to it; before that it must not.\n",
  );
  return exitCodes.failed;
}
