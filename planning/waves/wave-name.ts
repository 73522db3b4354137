/** Characters of a wave's name at most (schema WaveName). */
const LONGEST = 30;

/** Names for new waves: PREFIX-01, PREFIX-02, ..., going on after those that are taken, with a word of what they hold. */
export function waveNamer(prefix: string, taken: Iterable<string>, count: number): (about: string | null) => string {
  const used = new Set(taken);
  const pattern = new RegExp(`^${prefix}-(\\d{1,6})(-|$)`, "u");
  const numbers = [...used].map((name) => Number(pattern.exec(name)?.[1] ?? 0));
  let number = Math.max(0, ...numbers);
  const digits = Math.max(2, String(number + count).length);
  return (about) => {
    number += 1;
    const base = `${prefix}-${String(number).padStart(digits, "0")}`;
    const words = about === null ? "" : plain(about, LONGEST - base.length - 1);
    const name = words === "" ? base : `${base}-${words}`;
    used.add(name);
    return name;
  };
}

/** What is left of any text when only harmless characters stay: "Büro / SAP" is buro-sap. */
function plain(text: string, longest: number): string {
  return text
    .slice(0, 1000)
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, Math.max(0, longest))
    .replace(/-+$/, "");
}
