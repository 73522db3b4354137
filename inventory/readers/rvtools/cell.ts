/** A cell as the file has it: text of a CSV, or what XLSX types. null: empty. */
export type Cell = string | number | boolean | null;

/** What spreadsheets in the languages of our operators make of true and false. */
const yes = new Set(
  ["true", "wahr", "vrai", "verdadero", "verdadeiro", "vero", "waar", "sant", "sann", "sand", "tosi", "prawda"].concat([
    "pravda",
    "igaz",
    "истина",
    "doğru",
    "真",
    "yes",
    "ja",
    "oui",
    "1",
  ]),
);
const no = new Set(
  ["false", "falsch", "faux", "falso", "onwaar", "falskt", "falsk", "usann", "epätosi", "fałsz", "nepravda"].concat([
    "hamis",
    "ложь",
    "yanlış",
    "假",
    "no",
    "nein",
    "non",
    "0",
  ]),
);

/** Text without the blanks around it; null when there is none. */
export function cellText(cell: Cell): string | null {
  const text = cell === null ? "" : String(cell).trim();
  return text === "" ? null : text;
}

/** true or false in any of the languages; null for everything else. */
export function cellFlag(cell: Cell): boolean | null {
  if (typeof cell === "boolean") return cell;
  const text = cellText(cell)?.toLowerCase() ?? "";
  return yes.has(text) ? true : no.has(text) ? false : null;
}

/** Blanks that group digits (also the narrow ones that do not break), and Swiss apostrophes. */
const grouping = /[\s\u00a0\u202f\u2009'’]/g;

/**
 * A number that is not negative. RVTools writes whole numbers, with the thousands grouped as Windows is set up: "1.024",
 * "1,024" and "1 024" are 1024. A separator that does not group by three is that of decimals. null for everything else.
 */
export function cellNumber(cell: Cell): number | null {
  if (typeof cell === "number") return Number.isFinite(cell) && cell >= 0 ? cell : null;
  const text = (cellText(cell) ?? "").replace(grouping, "");
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (/^\d{1,3}([.,])\d{3}(?:\1\d{3}){0,3}$/.test(text)) return Number(text.replace(/[.,]/g, ""));
  const [, whole, decimals] =
    /^(\d{1,3}(?:,\d{3})*|\d{1,15})\.(\d{1,6})$/.exec(text) ??
    /^(\d{1,3}(?:\.\d{3})*|\d{1,15}),(\d{1,6})$/.exec(text) ??
    [];
  return whole === undefined ? null : Number(`${whole.replace(/[.,]/g, "")}.${decimals ?? "0"}`);
}

/** A whole number. */
export function cellWhole(cell: Cell): number | null {
  const number = cellNumber(cell);
  return number !== null && Number.isSafeInteger(number) ? number : null;
}

const MIB = 2 ** 20;

/** Bytes of a number of MiB (what RVTools called MB before version 4 was MiB, too); decimals end at a sector. */
export function cellMiBAsBytes(cell: Cell): number | null {
  const number = cellNumber(cell);
  const bytes = number === null ? null : Math.ceil((number * MIB) / 512) * 512;
  return bytes !== null && Number.isSafeInteger(bytes) ? bytes : null;
}

/** Day 0 of a spreadsheet's dates, in milliseconds; it counts a 29 February 1900 that there was not. */
const dayZero = Date.UTC(1899, 11, 30);

const yearFirst = /^(?<year>\d{4})[-/.](?<month>\d{1,2})[-/.](?<day>\d{1,2})(?:[ T]+(?<time>[\d:]+))?/;
const withDots = /^(?<day>\d{1,2})\.(?<month>\d{1,2})\.(?<year>\d{4})(?:[ T]+(?<time>[\d:]+))?/;

/**
 * A date: a spreadsheet's serial number, or text whose order of day and month is sure, as "2024-03-01T12:00:00"; other text
 * as it stands (03/04/2024 may be March or April).
 */
export function cellDate(cell: Cell): string | null {
  if (typeof cell === "number" && cell > 10_000 && cell < 100_000)
    return new Date(dayZero + Math.round(cell * 86_400) * 1000).toISOString().slice(0, 19);
  const text = cellText(cell);
  const { year, month, day, time } = (yearFirst.exec(text ?? "") ?? withDots.exec(text ?? ""))?.groups ?? {};
  if (year === undefined || month === undefined || day === undefined) return text;
  const [hours = "0", minutes = "0", seconds = "0"] = (time ?? "").split(":");
  return `${year}-${two(month)}-${two(day)}T${two(hours)}:${two(minutes)}:${two(seconds)}`;
}

const two = (digits: string): string => digits.padStart(2, "0");
