import { DAYS, daysOf, minutesOf, type BandwidthSettings, type Day } from "./bandwidth-settings.ts";

const MIB = 1024 * 1024;

/** Bytes a second that a conversion host may read at a moment (milliseconds since 1970); null: as fast as it goes. Pure. */
export function limitAt({ mibPerSecond, hours, timeZone }: BandwidthSettings, atMs: number): number | null {
  const { day, minutes } = localTime(atMs, timeZone);
  const before = DAYS[(DAYS.indexOf(day) + DAYS.length - 1) % DAYS.length] ?? day;
  const hour = hours.find(({ days, from, to }) => {
    const [named, start, end] = [daysOf(days), minutesOf(from), minutesOf(to)];
    if (start < end) return named?.has(day) === true && minutes >= start && minutes < end;
    // Over midnight: its second part belongs to the day on which it began.
    return (named?.has(day) === true && minutes >= start) || (named?.has(before) === true && minutes < end);
  });
  const rate = hour?.mibPerSecond ?? mibPerSecond;
  return rate === "unlimited" ? null : rate * MIB;
}

function localTime(atMs: number, timeZone: string | undefined): { day: Day; minutes: number } {
  const options = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
  const format = new Intl.DateTimeFormat("en-US", { ...options, ...(timeZone === undefined ? {} : { timeZone }) });
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const day = DAYS.find((name) => name === parts.get("weekday")?.toLowerCase());
  if (day === undefined) throw new Error(`no day of the week: ${format.format(atMs)}`);
  return { day, minutes: Number(parts.get("hour")) * 60 + Number(parts.get("minute")) };
}
