import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import type { Path } from "./source-document.ts";

/** The part of a JSON Schema that tells which keys a map may have. */
const JsonSchema = z.looseObject({
  properties: z.record(z.string(), z.unknown()).optional(),
  additionalProperties: z.unknown().optional(),
  items: z.unknown().optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
});

/** Keys that the schema knows at a path. Only called when something is wrong: it is no part of a normal run. */
export function knownKeys(schema: z.ZodType, path: Path): string[] {
  let nodes: unknown[] = [z.toJSONSchema(schema, { io: "input", unrepresentable: "any" })];
  for (const part of path) nodes = nodes.flatMap((node) => children(node, part));
  return [...new Set(nodes.flatMap(branches).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The candidate that the text was probably meant to be, or null when none is near. */
export function nearest(text: string, candidates: readonly string[]): string | null {
  if (candidates.length === 0 || text.length > 200) return null;
  const candidate = closest(text.toLowerCase(), [...candidates]);
  const limit = text.length < 3 ? 1 : Math.max(2, Math.ceil(text.length / 3));
  return distance(text.toLowerCase(), candidate.toLowerCase()) <= limit ? candidate : null;
}

function children(node: unknown, part: string | number): unknown[] {
  return branches(node).flatMap(({ properties, additionalProperties, items }) => {
    if (properties !== undefined && Object.hasOwn(properties, part)) return [properties[part]];
    return [additionalProperties, items].filter((child) => child !== undefined);
  });
}

function branches(node: unknown): z.infer<typeof JsonSchema>[] {
  const parsed = JsonSchema.safeParse(node);
  if (!parsed.success) return [];
  const { anyOf = [], oneOf = [] } = parsed.data;
  return [parsed.data, ...[...anyOf, ...oneOf].flatMap(branches)];
}
