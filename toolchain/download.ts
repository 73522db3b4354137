import { createWriteStream } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";
import { findDigest, startDigest } from "./checksums.ts";
import type { Mirror } from "./mirrors.ts";
import type { Part } from "./parts.ts";
import { isExecutable } from "./probe.ts";
import type { Progress } from "./progress.ts";
import type { Run } from "./run.ts";
import { ToolchainError } from "./tool-error.ts";

/** What a download is done with. */
export interface DownloadTools {
  readonly run: Run;
  readonly progress: Progress;
  /** Milliseconds for a connection to come about: on closed networks packets just vanish, and a build follows. */
  readonly connectTimeoutMs: number;
}

/** Milliseconds without an answer or without a further byte until a place counts as dead. */
const stallTimeoutMs = 30_000;

/**
 * Fetches the part's official release into `folder` (its executables, nothing else) and returns what was verified.
 * The archive is unpacked only after its digest is the published one; a place without a published digest is refused.
 * @throws ToolchainError with the fault of each place when none serves.
 */
export async function downloadPart(
  part: Part,
  mirrors: readonly Mirror[],
  folder: string,
  tools: DownloadTools,
): Promise<string> {
  if (mirrors.length === 0) throw new ToolchainError("there is none for this kind of machine");
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: tools.connectTimeoutMs },
    headersTimeout: stallTimeoutMs,
    bodyTimeout: stallTimeoutMs,
  });
  const get = async (url: string): Promise<Response> => {
    const answer = await fetch(url, { dispatcher, signal: AbortSignal.timeout(30 * 60_000) });
    if (!answer.ok) throw new ToolchainError(`${new URL(url).host} answers ${answer.status} for ${basename(url)}`);
    // A release that is asked for over TLS must also come over TLS, wherever the place sends us.
    if (url.startsWith("https:") && !answer.url.startsWith("https:"))
      throw new ToolchainError(`${url} leads out of TLS`);
    return answer;
  };
  const faults: string[] = [];
  try {
    for (const mirror of mirrors) {
      try {
        return await fromMirror(part, mirror, folder, get, tools);
      } catch (error) {
        faults.push(describe(mirror, error));
      }
    }
  } finally {
    await dispatcher.close();
  }
  throw new ToolchainError([...new Set(faults)].join("; "));
}

async function fromMirror(
  part: Part,
  mirror: Mirror,
  folder: string,
  get: (url: string) => Promise<Response>,
  { run, progress }: DownloadTools,
): Promise<string> {
  const name = basename(new URL(mirror.archiveUrl).pathname);
  const published = findDigest(await (await get(mirror.checksumsUrl)).text(), name);
  if (published === null) throw new ToolchainError(`${mirror.checksumsUrl} has no checksum of ${name}: not used`);

  const answer = await get(mirror.archiveUrl);
  if (answer.body === null) throw new ToolchainError(`${mirror.archiveUrl} is empty`);
  const digest = startDigest(published);
  const totalMiB = Number(answer.headers.get("content-length") ?? 0) / 2 ** 20;
  let bytes = 0;
  const watch = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      digest.update(chunk);
      bytes += chunk.length;
      const of = totalMiB > 0 ? ` of ${totalMiB.toFixed(0)}` : "";
      progress.status(`downloading the ${part.title}: ${(bytes / 2 ** 20).toFixed(0)}${of} MiB`);
      done(null, chunk);
    },
  });
  const archive = join(folder, "archive.tar.gz");
  await pipeline(Readable.fromWeb(answer.body), watch, createWriteStream(archive));
  const found = digest.digest("hex");
  if (found !== published.hex) {
    await rm(archive, { force: true });
    throw new ToolchainError(
      `${mirror.archiveUrl} has the ${published.algorithm} ${found}, but ${published.hex} was published: not used`,
    );
  }

  const unpacked = join(folder, "unpacked");
  await mkdir(unpacked);
  const tar = await run("tar", ["-xzf", archive, "-C", unpacked]);
  if (tar.exitCode !== 0) throw new ToolchainError(`tar cannot unpack ${name}: ${tar.stderr}`);
  for (const file of part.executables) {
    // The CLI's archive has a folder "pulumi", a plugin's has none.
    const from = [join(unpacked, file), join(unpacked, "pulumi", file)];
    const usable = await Promise.all(from.map((path) => isExecutable(path)));
    const path = from[usable.indexOf(true)];
    if (path === undefined) throw new ToolchainError(`${name} has no ${file}`);
    await rename(path, join(folder, file));
  }
  await Promise.all([unpacked, archive].map((path) => rm(path, { recursive: true, force: true })));
  return `${mirror.archiveUrl}, ${published.algorithm} ${published.hex} as published`;
}

function describe(mirror: Mirror, error: unknown): string {
  if (error instanceof ToolchainError) return error.message;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return `${new URL(mirror.archiveUrl).host}: ${cause instanceof Error ? cause.message : String(cause)}`;
}
