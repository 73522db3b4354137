import { badInput, messageOf } from "../failure.ts";
import { printable } from "../lines.ts";
import type { ReadyCheck } from "./check.ts";

/** How much of the console a pattern is looked for in. */
const CONSOLE_LINES = 500;

/** What a server has printed. */
export type ReadConsole = (lines: number) => Promise<string>;

/** A line of the console matches the pattern (a JavaScript regular expression). */
export function consoleCheck(read: ReadConsole, pattern: string): ReadyCheck {
  const expression = regularExpression(pattern);
  return {
    name: `console /${pattern}/`,
    attempt: async () => {
      const found = expression.exec(plain(await read(CONSOLE_LINES)))?.[0];
      return found === undefined
        ? { ok: false, seen: "not on the console" }
        : { ok: true, seen: `the console shows ${JSON.stringify(found.slice(0, 80))}` };
    },
  };
}

function regularExpression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, "m");
  } catch (error) {
    throw badInput(`the pattern of the check is no regular expression: ${messageOf(error)}`);
  }
}

/** The last lines of a console, without escape sequences and control characters, for a message. */
export function consoleTail(text: string, lines: number): string[] {
  return plain(text)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "")
    .slice(-lines)
    .map((line) => line.slice(0, 300));
}

/** A guest's output must not steer the terminal of the person who reads it. */
function plain(text: string): string {
  return printable(text.replace(/\r\n?/g, "\n"));
}
