/**
 * Text of a CSV in what Windows writes: UTF-8 with or without byte-order mark, UTF-16, or (where it is no UTF-8) Windows-1252,
 * which holds Latin-1.
 */
export function csvText(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  // Headers are ASCII: in UTF-16 without a mark every second byte of them is 0.
  if (second === 0 && bytes[3] === 0 && first !== 0) return "utf-16le";
  return isUtf8(bytes) ? "utf-8" : "windows-1252";
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
