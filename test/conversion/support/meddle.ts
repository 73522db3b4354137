import type { Commands, Finished } from "../../../conversion/effects.ts";
import type { RateLimit } from "../../../conversion/limits/bandwidth.ts";
import { commands } from "./tools.ts";

/** Real tools, and something that happens in between. `ran` lists what was started. */
export function meddlingCommands(
  afterwards: (tool: string, args: readonly string[], count: number) => void | Promise<void>,
): Commands & { ran: string[][] } {
  const ran: string[][] = [];
  const counts = new Map<string, number>();
  return {
    ran,
    start(tool, args, options) {
      ran.push([tool, ...args]);
      const started = commands.start(tool, args, options);
      const kind = `${tool} ${args[0] ?? ""}`;
      const ended = started.ended.then(async (finished): Promise<Finished> => {
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        await afterwards(tool, args, counts.get(kind) ?? 0);
        return finished;
      });
      return { ...started, ended };
    },
  };
}

/** Something that happens before a block of the source is read; `count` is 1 for the first one that holds data. */
export function meddlingRate(before: (count: number) => void | Promise<void>): RateLimit {
  let count = 0;
  return {
    take: async () => {
      count += 1;
      await before(count);
    },
  };
}
