import { stripVTControlCharacters } from "node:util";

/** Pulumi's reader of log lines stops for good at 64 KiB, and prints nothing before a newline. */
const LONGEST_LINE = 8192;

/**
 * Cuts a stream of text into printable lines: carriage returns end a line too, longer lines are cut, control characters
 * are left out, empty lines dropped.
 */
export function lineSplitter(onLine: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = "";
  const emit = (line: string): void => {
    const clean = stripVTControlCharacters(line).replace(/[^\P{Cc}\t]/gu, "");
    if (clean !== "") onLine(clean);
  };
  return {
    write(text) {
      const lines = (rest + text).split(/[\r\n]/);
      rest = lines.pop() ?? "";
      for (; rest.length > LONGEST_LINE; rest = rest.slice(LONGEST_LINE)) lines.push(rest.slice(0, LONGEST_LINE));
      for (const line of lines)
        for (let from = 0; from < line.length || from === 0; from += LONGEST_LINE)
          emit(line.slice(from, from + LONGEST_LINE));
    },
    end() {
      emit(rest);
      rest = "";
    },
  };
}
