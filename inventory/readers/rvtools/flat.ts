/** Texts shorter than this are copies already. */
const SLICED = 13;

/** The same text without the chunk of a file that it was cut from, which V8 would keep in memory along with it. */
export function flat(text: string): string {
  return text.length < SLICED ? text : Buffer.from(text).toString();
}
