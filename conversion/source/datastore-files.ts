import { refused } from "../failure.ts";
import { SourceFault, type Window } from "./contents.ts";
import type { AnswerHeaders, FolderAnswer } from "./folder-answer.ts";
import { RIGHTS, type FolderDoor } from "./folder-door.ts";
import { quote } from "./locate.ts";

/** A file of a datastore as its server showed it. */
export interface DatastoreFile {
  /** Its path in the datastore. */
  readonly name: string;
  readonly bytes: number;
  /** Last-Modified and ETag as they were sent; null: the server does not tell. */
  readonly modified: string | null;
  readonly etag: string | null;
}

/** How much of an answer that refuses is read for its reason. */
const REASON_BYTES = 2_048;

/**
 * Looks at a file by reading its first byte: only that shows that ranges are served and nobody has the file locked, and its
 * answer has the size, too.
 * @throws a refusal that says what to do; {SourceFault} for what may heal
 */
export function lookAt(door: FolderDoor, disk: string, name: string): Promise<DatastoreFile> {
  const what = `${disk}: ${quote(name)} at ${door.where}`;
  return door.get(name, "bytes=0-0", async (answer) => {
    if (answer.status === 416) return { name, bytes: 0, modified: null, etag: null };
    await expectRange(answer, what);
    const range = contentRange(answer.headers);
    if (range?.first !== 0 || range.last !== 0)
      throw new SourceFault(`${what}: its answer is for another range (${shownRange(answer.headers)})`);
    return { name, bytes: range.total, ...seen(answer.headers) };
  });
}

/**
 * Reads a window of a file. Only the range that was asked for, whole, of the file that was looked at, is taken for data.
 * @param into of the window's length
 */
export function readFrom(
  door: FolderDoor,
  disk: string,
  file: DatastoreFile,
  { offset, length }: Window,
  into: Buffer,
): Promise<void> {
  const what = `${disk}: ${quote(file.name)} at ${door.where}`;
  const last = offset + length - 1;
  return door.read(file.name, `bytes=${offset}-${last}`, async (answer) => {
    await expectRange(answer, what);
    const range = contentRange(answer.headers);
    if (range === null || range.first !== offset || range.last !== last)
      throw new SourceFault(
        `${what}: bytes ${offset}-${last} were asked for, the answer is for another range (${shownRange(answer.headers)})`,
      );
    const changes = changesOf(file, { ...file, ...seen(answer.headers), bytes: range.total });
    if (changes.length > 0)
      throw refused(`${what}: it changed while it was read: ${changes.join("; ")}. See that the VM is switched off.`);
    const filled = await answer.fill(into);
    if (filled !== length)
      throw new SourceFault(`${what}: ${filled} of ${length} bytes came at ${offset}, then the answer ended`);
  });
}

/** What is another than it was, one line each. */
export function changesOf(before: DatastoreFile, now: DatastoreFile): string[] {
  const name = quote(before.name);
  const differs = (one: string | null, other: string | null): boolean =>
    one !== null && other !== null && one !== other;
  if (before.bytes !== now.bytes) return [`${name} had ${before.bytes} bytes, has ${now.bytes}`];
  if (differs(before.modified, now.modified))
    return [`${name} was written to (${before.modified ?? ""}; now ${now.modified ?? ""})`];
  return differs(before.etag, now.etag) ? [`${name} was replaced (its ETag is another)`] : [];
}

const header = (headers: AnswerHeaders, name: string): string | null => {
  const value = [headers[name]].flat()[0];
  return value === undefined || value === "" ? null : value.slice(0, 200);
};

const seen = (headers: AnswerHeaders): Pick<DatastoreFile, "modified" | "etag"> => ({
  modified: header(headers, "last-modified"),
  etag: header(headers, "etag"),
});

const shownRange = (headers: AnswerHeaders): string => quote(header(headers, "content-range") ?? "no Content-Range");

function contentRange(headers: AnswerHeaders): { first: number; last: number; total: number } | null {
  const [, first, last, total] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(header(headers, "content-range") ?? "") ?? [];
  return total === undefined ? null : { first: Number(first), last: Number(last), total: Number(total) };
}

/** What servers say of a file that a host has locked: a VM that runs has its disks' files to itself. */
const LOCKED = /lock|busy|in use/i;

/** @throws what an answer means that is no range */
async function expectRange(answer: FolderAnswer, what: string): Promise<void> {
  const { status } = answer;
  if (status === 206) return;
  if (status === 200)
    throw refused(
      `${what}: the whole file comes instead of the range that was asked for (HTTP status 200). ` +
        "Is a proxy or a load balancer in between? The server itself must be asked.",
    );
  if (status === 404)
    throw refused(`${what}: there is no such file. Was the VM moved or removed? Read the estate again and plan again.`);
  if (status === 403) throw refused(`${what}: the account may not read it (HTTP status 403). ${RIGHTS}`);
  if (status === 416) throw refused(`${what}: it has become shorter. See that the VM is switched off.`);
  const reason = await reasonIn(answer);
  if (status === 500 && LOCKED.test(reason))
    throw refused(
      `${what}: it is in use: ${quote(reason)}. A VM that runs, a backup or another copy has it open: ` +
        "switch the VM off, end what reads it, then run again.",
    );
  const text = `${what}: HTTP status ${status}${reason === "" ? "" : `: ${quote(reason)}`}`;
  if (status === 408 || status === 429 || status >= 500) throw new SourceFault(text);
  throw refused(`${text}.`);
}

/** The text of an answer, without what is markup. */
async function reasonIn(answer: FolderAnswer): Promise<string> {
  const text = await answer.text(REASON_BYTES);
  return text
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
