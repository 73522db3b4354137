/**
 * Rows as CSV (RFC 4180, with a byte-order mark: Excel takes it for Latin-1 without one). Texts come from the source: one
 * that a spreadsheet would take for a formula gets a ' in front, and line ends become blanks.
 */
export function toCsv(rows: readonly (readonly (string | number | null)[])[]): string {
  return `\ufeff${rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const line = value.replace(/[\r\n]+/g, " ");
  const safe = /^\s*[=+\-@\t]/.test(line) ? `'${line}` : line;
  return /[",;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
