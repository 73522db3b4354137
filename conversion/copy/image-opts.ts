/** A tree of qemu block options, as `-blockdev` takes it: drivers inside drivers. */
export interface ImageOpts {
  readonly [key: string]: string | number | boolean | ImageOpts;
}

/**
 * Writes the tree for `--image-opts`: `driver=raw,file.driver=file,file.filename=...`. A comma in a value is doubled,
 * which is qemu's only escape there; a value may hold anything else (quotes, newlines, `=`), and as a file name given
 * by option is never parsed for a protocol (`json:`, `rbd:`, `nbd:`) it stays a file name.
 * @throws when a value holds a NUL, which no argument can.
 */
export function imageOpts(tree: ImageOpts): string {
  return pairs(tree, "")
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}

function pairs(tree: ImageOpts, prefix: string): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]): [string, string][] => {
    const path = `${prefix}${key}`;
    if (typeof value === "object") return pairs(value, `${path}.`);
    if (typeof value === "boolean") return [[path, value ? "on" : "off"]];
    const text = String(value);
    if (text.includes("\0")) throw new Error(`the option ${path} holds a NUL character`);
    return [[path, text.replaceAll(",", ",,")]];
  });
}
