import { type Entry, openPromise, type ZipFile } from "yauzl";
import type { PartReader } from "./xml-rows.ts";
import { SheetError } from "./xml-stream.ts";

/** A workbook has a few dozen parts. */
const MOST_ENTRIES = 10_000;
/** Inflated size of one part, and of all that are read: a workbook of 5,000 VMs has about 150 MiB in all. */
const LARGEST_PART = 512 * 2 ** 20;
const LARGEST_SUM = 1024 * 2 ** 20;
/** Index files (the list of sheets) are small. */
const LARGEST_INDEX = 2 ** 20;

/**
 * The parts of a workbook's archive, by name. Nothing is unpacked to disk. An archive that says less than it holds is
 * stopped by yauzl where the declared size ends; one that says more than we take is not begun.
 */
export class Archive {
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  #left = LARGEST_SUM;

  private constructor(zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#zip = zip;
    this.#entries = entries;
  }

  /** @throws {Error} when it is no archive, or one that no workbook is. */
  static async open(file: string): Promise<Archive> {
    const zip = await openPromise(file, { lazyEntries: true, autoClose: false, validateEntrySizes: true });
    try {
      if (zip.entryCount > MOST_ENTRIES)
        throw new SheetError(`${zip.entryCount} entries; at most ${MOST_ENTRIES} are taken`);
      const entries = new Map<string, Entry>();
      for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
      return new Archive(zip, entries);
    } catch (error) {
      zip.close();
      throw error;
    }
  }

  close(): void {
    this.#zip.close();
  }

  has(part: string): boolean {
    return this.#entries.has(part);
  }

  /** The text of a small part; null when there is none of this name. */
  async text(part: string): Promise<string | null> {
    if (!this.has(part)) return null;
    let text = "";
    await this.read(part, { write: (chunk) => (text += chunk), end: () => undefined }, LARGEST_INDEX);
    return text;
  }

  /**
   * Feeds a part to its reader as it is inflated.
   * @throws {Error} when it is missing, too large, damaged, or not what its reader takes.
   */
  async read(part: string, reader: PartReader, largest = LARGEST_PART): Promise<void> {
    const entry = this.#entries.get(part);
    if (entry === undefined) throw new SheetError(`no part ${part} in the archive`);
    const size = entry.uncompressedSize;
    if (size > Math.min(largest, this.#left))
      throw new SheetError(`${part} inflates to ${size} bytes; at most ${Math.min(largest, this.#left)} are taken`);
    this.#left -= size;
    const stream = await this.#zip.openReadStreamPromise(entry);
    const decoder = new TextDecoder("utf-8");
    try {
      for await (const chunk of stream)
        if (Buffer.isBuffer(chunk)) reader.write(decoder.decode(chunk, { stream: true }));
      reader.write(decoder.decode());
      reader.end();
    } finally {
      stream.destroy();
    }
  }
}
