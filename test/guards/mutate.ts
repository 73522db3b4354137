import { parser } from "typescript-eslint";
import { z } from "zod";

/** Deepest indentation that code of this project has. */
const DEEPEST = 40;

/**
 * The text of a file without a guard; a fault where what is to be removed does not occur exactly once. A text of several
 * lines fits at any indentation: YAML takes that of the first line away from all.
 */
export function mutate(text: string, remove: string, replacement: string): { text: string } | { fault: string } {
  const spellings = new Map<string, string>();
  for (let indentation = 0; indentation <= DEEPEST; indentation += 1)
    spellings.set(indented(remove, indentation), indented(replacement, indentation));
  const found = [...spellings].flatMap(([spelling, instead]) =>
    text.split(spelling).length > 1 ? [{ spelling, instead, times: text.split(spelling).length - 1 }] : [],
  );
  const times = found.reduce((sum, one) => sum + one.times, 0);
  const [only] = found;
  if (only === undefined || times !== 1) return { fault: `its text occurs ${times} times, expected once` };
  if (only.spelling === only.instead) return { fault: "it is replaced by itself" };
  return { text: text.replace(only.spelling, () => only.instead) };
}

function indented(text: string, indentation: number): string {
  return text
    .split("\n")
    .map((line, index) => (index === 0 || line === "" ? line : " ".repeat(indentation) + line))
    .join("\n");
}

const Scopes = z.object({
  scopeManager: z.object({
    globalScope: z.object({ through: z.array(z.object({ identifier: z.object({ name: z.string() }) })) }),
  }),
});

/** Names that a source uses and does not declare: those of the language. Null for a file that is no JavaScript. */
export function freeNames(file: string, text: string): ReadonlySet<string> | null {
  if (!/\.[cm]?[jt]s$/.test(file)) return null;
  const parsed = Scopes.parse(parser.parseForESLint(text));
  return new Set(parsed.scopeManager.globalScope.through.map(({ identifier }) => identifier.name));
}

/**
 * Why a mutated source is no program any more (a syntax error, a name that nothing declares); null when it is one. A test
 * that fails because of that would prove nothing.
 * @param known names that the whole source does not declare
 */
export function brokenBy(known: ReadonlySet<string> | null, file: string, after: string): string | null {
  try {
    const lost = [...(freeNames(file, after) ?? [])].filter(
      (name) => known?.has(name) !== true && !(name in globalThis),
    );
    return lost.length === 0 ? null : `nothing declares ${lost.join(", ")} any more`;
  } catch (error) {
    return `it does not parse any more: ${error instanceof Error ? error.message : String(error)}`;
  }
}
