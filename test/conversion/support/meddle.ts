import type { Commands, Finished } from "../../../conversion/effects.ts";
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

/** Whether a command was a copy. */
export const isCopy = ([tool, verb]: readonly string[]): boolean => tool === "qemu-img" && verb === "convert";
