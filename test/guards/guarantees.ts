import type { Guard } from "./guard.ts";

/** The page that says what is guaranteed, relative to the project's folder. */
export const GUARANTEES = "docs/guarantees.md";

const begin = (rule: number): string =>
  `<!-- guards of rule ${rule}: written by npm run test:guards -- --write-docs -->`;
const END = "<!-- end -->";

/** The page with the tables of guards between its markers made anew. @throws when a rule has no place for its table */
export function withTables(page: string, guards: readonly Guard[]): string {
  return [...new Set(guards.map(({ rule }) => rule))].sort().reduce((text, rule) => {
    const start = text.indexOf(begin(rule));
    const end = text.indexOf(END, start);
    if (start < 0 || end < 0) throw new Error(`${GUARANTEES} has no place for rule ${rule}: ${begin(rule)} and ${END}`);
    const head = text.slice(0, start + begin(rule).length);
    return `${head}\n\n${table(guards.filter((guard) => guard.rule === rule))}\n\n${text.slice(end)}`;
  }, page);
}

function table(guards: readonly Guard[]): string {
  const rows = guards.map(({ guard, file, test, name }) => [cell(guard), `\`${file}\``, `\`${test}\`: ${cell(name)}`]);
  return [["guard", "stands in", "fails without it"], ["---", "---", "---"], ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}

/** Text that stays in its cell and is no HTML. */
const cell = (text: string): string => text.replace(/\s+/g, " ").replace(/[|<>*_]/g, "\\$&");
