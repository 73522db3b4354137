/**
 * Text from a source as a person may safely see it: one line, no control, format or bidirectional characters that
 * would move the cursor, forge lines or turn a line round, and no longer than `limit` characters.
 */
export function shown(text: string, limit = 60): string {
  const escaped = text
    .slice(0, limit * 4)
    .replace(unsafe, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
  // A cut may leave half a character behind, which is none.
  return escaped.length > limit ? `${escaped.slice(0, limit - 3).replace(/\p{Cs}$/u, "")}...` : escaped;
}

/** A value as it stands in a file, shortened: strings in quotes, lists and maps as JSON. */
export function shownValue(value: unknown, limit = 60): string {
  if (value === undefined) return "nothing";
  try {
    return shown(JSON.stringify(value), limit);
  } catch {
    return "a value that contains itself"; // what a YAML alias inside its own anchor gives
  }
}

/** Control, format (bidirectional marks), surrogate, private and unassigned characters; line and paragraph separators. */
const unsafe = /[\p{C}\p{Zl}\p{Zp}]/gu;
