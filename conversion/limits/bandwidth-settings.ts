import { z } from "zod";

/** MiB a second. */
const Rate = z.union([z.number().positive(), z.literal("unlimited")]);

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Day = (typeof DAYS)[number];

/** `mon-fri`, `sat,sun`, `fri-mon`, `mon-thu,sat`: the days; null where it is none of that. */
export function daysOf(text: string): ReadonlySet<Day> | null {
  const found = new Set<Day>();
  for (const part of text.toLowerCase().split(",")) {
    const [first = "", last = first, ...others] = part.trim().split("-");
    const start = DAYS.findIndex((day) => day === first);
    const end = DAYS.findIndex((day) => day === last);
    if (start < 0 || end < 0 || others.length > 0) return null;
    const length = ((end - start + DAYS.length) % DAYS.length) + 1;
    for (let index = start; index < start + length; index++) found.add(DAYS[index % DAYS.length] ?? "mon");
  }
  return found;
}

/** Minutes since midnight of "08:00"; "24:00" is the day's end. */
export function minutesOf(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * 60 + (minutes ?? 0);
}

const Time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time of day in quotes, from "00:00" to "24:00"');

const Hours = z.strictObject({
  days: z.string().refine((text) => daysOf(text) !== null, "days such as mon-fri or sat,sun"),
  from: Time,
  /** Earlier than `from`: on the next day. */
  to: Time,
  mibPerSecond: Rate,
});

const isZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
};

/** `bandwidth` of runners.yaml: how fast one conversion host reads, all of its copies together. */
export const BandwidthSettings = z.strictObject({
  /** At all times that `hours` do not name. Default: unlimited. */
  mibPerSecond: Rate.default("unlimited"),
  /** Other limits at certain hours; the first that fits counts. */
  hours: z.array(Hours).default([]),
  /** Time zone of the hours, such as Europe/Berlin. Default: that of the machine that runs Pulumi. */
  timeZone: z.string().refine(isZone, "a time zone such as Europe/Berlin").optional(),
});
export type BandwidthSettings = z.infer<typeof BandwidthSettings>;
