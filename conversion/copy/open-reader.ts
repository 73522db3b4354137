import type { RateLimit } from "../limits/bandwidth.ts";
import type { RandomContents } from "../source/contents.ts";
import type { InspectedSource, SourceContext } from "../source/transport.ts";
import type { BlockReader } from "./block-reader.ts";
import type { Buffers } from "./buffers.ts";
import { PatientSource } from "./patient-source.ts";
import { randomReader } from "./random-reader.ts";
import { streamReader } from "./stream-reader.ts";

/** What reading a disk takes. */
export interface ReadWorld extends SourceContext {
  /** How fast the source may be read. */
  readonly rate: RateLimit;
  /** Ends what is under way; its reason is thrown. */
  readonly signal: AbortSignal;
}

/** Opens a source for one pass from its start. */
export async function openReader(
  { clock, log, rate, settings, signal }: ReadWorld,
  disk: string,
  source: InspectedSource,
  buffers: Buffers,
): Promise<BlockReader> {
  const contents = await source.open();
  if (contents.kind === "stream") return streamReader(contents, buffers, rate);
  // The first opening is told as what it is; later ones replace contents that have failed.
  let first: RandomContents | null = contents;
  const open = async (): Promise<RandomContents> => {
    const opened = first ?? (await source.open());
    first = null;
    if (opened.kind === "random") return opened;
    await opened.close();
    throw new Error(`${disk}: the source was opened as a stream now`);
  };
  const patient = new PatientSource({ disk, open, clock, log, signal });
  return randomReader(patient, buffers, rate, Math.min(settings.threads, contents.depth));
}
