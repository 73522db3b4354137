const units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** "1.5 TiB": three figures at most, units of 1,024. */
export function shownBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const figures = unit === 0 || value >= 100 ? value.toFixed(0) : value.toFixed(1).replace(/\.0$/, "");
  return `${figures} ${units[unit] ?? "B"}`;
}

/** "5 min", "3 h 20 min", "2 d 4 h": two units at most, rounded up to the smaller one. */
export function shownDuration(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const wholeHours = Math.ceil(minutes / 60);
  const days = Math.floor(wholeHours / 24);
  return wholeHours % 24 === 0 ? `${days} d` : `${days} d ${wholeHours % 24} h`;
}

/** "12,000": the same on every machine, whatever its locale. */
export function shownCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Bytes of "500G", "2 TiB", "1.5t" or a plain number; units are those of 1,024. null: no such size. */
export function parseBytes(text: string): number | null {
  const match = /^(\d{1,9}(?:\.\d{1,6})?)\s*([KMGTP]?)(?:i?B)?$/i.exec(text.trim());
  if (match === null) return null;
  const power = ["", "K", "M", "G", "T", "P"].indexOf((match[2] ?? "").toUpperCase());
  return Math.round(Number(match[1]) * 1024 ** power);
}
