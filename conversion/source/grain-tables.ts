/** Entries that name no grain: 0 none, 1 a grain of zeroes. */
const FIRST_PLACE = 2;

/**
 * Checks the grain tables of a stream against the grains that came: a table lists where in the stream each of its grains
 * begins. It is what shows that a grain's own word of its place is not damaged, and that none is missing: the grain's
 * checksum covers its data alone.
 */
export class GrainTables {
  readonly #entries: number;
  /** Tables that have not come yet, by their number: place in the stream (in sectors) of each grain, 0 for none. */
  readonly #open = new Map<number, Uint32Array>();

  /** @param entries of one table */
  constructor(entries: number) {
    this.#entries = entries;
  }

  /** A grain came: its number on the disk, and the sector of the stream where it begins. */
  add(grain: number, sector: number): void {
    const number = Math.floor(grain / this.#entries);
    let table = this.#open.get(number);
    if (table === undefined) this.#open.set(number, (table = new Uint32Array(this.#entries)));
    table[grain % this.#entries] = sector;
  }

  /** A table came. It belongs to the first grains that have none. Gives what is wrong with it, null when nothing is. */
  check(table: Buffer): string | null {
    if (table.length < this.#entries * 4) return `a grain table has ${table.length} bytes`;
    const found = new Uint32Array(this.#entries);
    for (let index = 0; index < this.#entries; index += 1) {
      const place = table.readUInt32LE(index * 4);
      found[index] = place < FIRST_PLACE ? 0 : place;
    }
    // A table of no grains says nothing.
    if (found.every((place) => place === 0)) return null;
    const [first] = this.#open;
    if (first === undefined) return "a grain table lists grains that did not come";
    const [number, expected] = first;
    this.#open.delete(number);
    const index = found.findIndex((place, at) => place !== expected[at]);
    if (index < 0) return null;
    return `grain ${number * this.#entries + index} is at sector ${expected[index] ?? 0} of the stream, its grain table says ${found[index] ?? 0}`;
  }

  /** At the end: what is wrong, null when nothing is. */
  end(): string | null {
    return this.#open.size === 0 ? null : `${this.#open.size} of its grain tables are missing`;
  }
}
