import { stripVTControlCharacters } from "node:util";

/** Text that cannot steer a terminal or turn a line round: only newlines and tabs are left of what is not printed. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text).replace(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, "");

/** Pulumi's reader of log lines stops for good at 64 KiB, and prints nothing before a newline. */
const LONGEST_LINE = 8192;

/**
 * Cuts a stream of text into printable lines: carriage returns end a line too, longer lines are cut, what steers a
 * terminal is left out, empty lines dropped.
 */
export function lineSplitter(onLine: (line: string) => void): { write(text: string): void; end(): void } {
  let rest = "";
  const emit = (line: string): void => {
    const clean = printable(line);
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
