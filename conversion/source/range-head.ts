/** The head of an answer in which nothing is unusual. */
export interface RangeHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Length of the body; null: it ends in another way. Always known of a range. */
  readonly bytes: number | null;
  /** Another request may follow on the same connection. */
  readonly stays: boolean;
}

/** What these say must not be ambiguous. */
const ONCE = ["content-length", "content-range", "transfer-encoding", "connection", "last-modified", "etag"];
const LINE = /^([\w!#$%&'*+.^`|~-]+):[ \t]*([^\r\n\0]*?)[ \t]*$/;

/**
 * Reads the head of an answer of HTTP/1.1. Null is said of a range whose body has no length, and of what could be read in two
 * ways: the library is asked again then.
 * @param text up to the empty line, without it
 */
export function rangeHead(text: string): RangeHead | null {
  const [first = "", ...lines] = text.split("\r\n");
  const status = Number(/^HTTP\/1\.1 ([2-5]\d\d)(?: [^\r\n\0]*)?$/.exec(first)?.[1] ?? 0);
  if (status === 0) return null;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [, name, value] = LINE.exec(line) ?? [];
    if (name === undefined || value === undefined) return null;
    const key = name.toLowerCase();
    if (Object.hasOwn(headers, key) && ONCE.includes(key)) return null;
    headers[key] = value;
  }
  const length = headers["content-length"];
  const known = headers["transfer-encoding"] === undefined && /^\d{1,15}$/.test(length ?? "");
  if (status === 206 && !known) return null;
  const stays = !/close/i.test(headers["connection"] ?? "");
  return { status, headers, bytes: known ? Number(length) : null, stays };
}

/**
 * The text of a request.
 * @throws when a part of it could be read as something else
 */
export function rangeRequest(host: string, path: string, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
  if (/[^\x21-\x7e]/.test(path) || lines.some((line) => /[^\x20-\x7e]/.test(line)))
    throw new Error("a request that cannot be sent as it is");
  return `GET ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}
