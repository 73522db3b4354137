import { patternFields } from "../../planning/assess/filter.ts";
import type { AssessInput } from "../../planning/assess/assess.ts";
import type { AssessOptions } from "./options.ts";

/** What the assessment is of, for the head of a report: sources, wave, filters. */
export function scopeOf({ vms, sources }: AssessInput, options: AssessOptions): string[] {
  const servers = new Set([
    ...vms.flatMap(({ source }) => source.server ?? []),
    ...sources.map(({ server }) => server),
  ]);
  const names = [...servers].sort();
  const some = names.slice(0, 3).join(", ");
  const filters = [...patternFields, "category", "complexity", "minSize", "maxSize"] as const;
  return [
    ...(names.length === 0 ? [] : [`from ${some}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`]),
    ...(options.wave === undefined ? [] : [`wave ${options.wave}`]),
    ...filters.flatMap((field) => {
      const value = options[field];
      return value === undefined ? [] : [`${field}: ${typeof value === "string" ? value : value.join(" or ")}`];
    }),
  ];
}
