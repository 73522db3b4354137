const FACTORS: Readonly<Record<string, number>> = {
  "": 1,
  byte: 1,
  bytes: 1,
  kilobytes: 2 ** 10,
  megabytes: 2 ** 20,
  gigabytes: 2 ** 30,
  terabytes: 2 ** 40,
};

/**
 * Bytes of a unit as OVFs write it: a programmatic unit ("byte * 2^30", "byte*1024*1024", DSP0004) or a word of OVF 0.9
 * ("MegaBytes"). null: another unit.
 */
export function bytesPerUnit(units: string): number | null {
  const text = units.toLowerCase().replace(/\s+/g, "");
  const word = Object.hasOwn(FACTORS, text) ? FACTORS[text] : undefined;
  if (word !== undefined) return word;
  if (!/^bytes?(\*\d{1,10}(\^\d{1,2})?){1,6}$/.test(text)) return null;
  const factors = text.split("*").slice(1);
  const product = factors.reduce((bytes, factor) => {
    const [base = "1", exponent = "1"] = factor.split("^");
    return bytes * Number(base) ** Number(exponent);
  }, 1);
  return Number.isSafeInteger(product) ? product : null;
}

/** A whole number in text; null when it is missing or something else. */
export function wholeNumber(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,16}$/.test(text.trim())) return null;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : null;
}
