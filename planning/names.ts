/** Longest name of a server, volume or port (Nova, Cinder and Neutron all keep 255 characters). */
const longest = 255;

/** Fields of a name template; a template that uses a field which a thing does not have is a fault of the plan. */
export type NameField = "name" | "key" | "wave" | "label" | "deviceKey";

/** The name that a template gives, cleaned; `fallback` (a key) when nothing is left of it. */
export function fillTemplate(template: string, fields: Partial<Record<NameField, string>>, fallback: string): string {
  const filled = template.replace(/\{(\w+)\}/g, (whole, field: string) => own(fields, field) ?? whole);
  return cleanName(filled) || fallback;
}

/** Names of fields in a template. */
export function templateFields(template: string): string[] {
  return [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
}

/**
 * A name that Nova, Cinder and Neutron all take and that no terminal is hurt by: no control, format (bidirectional),
 * separator, private or unassigned characters, none outside the Basic Multilingual Plane (OpenStack's databases are
 * often utf8mb3, where such a name is an error 500), no white space at the ends, at most 255 characters.
 */
export function cleanName(text: string): string {
  return text
    .slice(0, longest * 8)
    .replace(/[\p{Zs}\t\r\n]+/gu, " ")
    .replace(/[\p{C}\p{Zl}\p{Zp}\u{10000}-\u{10ffff}]/gu, "_")
    .trim()
    .slice(0, longest)
    .trim();
}

function own(fields: Partial<Record<string, string>>, field: string): string | undefined {
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
