import { messageOf } from "../cloud/cloud-error.ts";

/** The most that a line says of a cause; the full text is in Pulumi's output. */
const LONGEST = 300;

/** Text on one line, shortened. */
export function shortened(text: string, longest = LONGEST): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1).trimEnd()}…`;
}

const linesOf = (text: string): string[] => text.split(/[\r\n]+/).filter((line) => line.trim() !== "");

/** The last line that says something. */
export const lastLine = (text: string): string => shortened(linesOf(text).at(-1) ?? "no reason was given");

/** The first line that says something. */
export const firstLine = (text: string): string => shortened(linesOf(text)[0] ?? "no reason was given");

/** A message of our stages: what happened and, where it says so, what to do. */
export interface StageMessage {
  /** How the launcher ended (conversion/exit-codes.ts); null when it was not even started. */
  readonly exitStatus: number | null;
  readonly text: string;
  /** The sentences after the first. */
  readonly advice: string | null;
}

/**
 * What a stage says in the error of its Command, which holds the whole of its output: the lines from the last `error:`
 * on. Null when the Command says nothing of the kind. `subjects` are names that the reader knows already.
 */
export function stageMessage(error: string, subjects: readonly string[]): StageMessage | null {
  const [, status, output] = /exit status (\d+): running "[^"]*":?\n?([\s\S]*)$/.exec(error) ?? [];
  if (status === undefined || output === undefined) return null;
  const lines = linesOf(output);
  const from = lines.findLastIndex((line) => line.startsWith("error: "));
  if (from < 0) return lines.length === 0 ? null : { exitStatus: Number(status), text: lastLine(output), advice: null };
  const [first = "", ...more] = lines.slice(from);
  const consoleTail = more.filter((line) => /^\s+\| /.test(line)).at(-1);
  const rest = more.filter((line) => !/^\s+\|/.test(line)).join(" ");
  let said = first.slice("error: ".length);
  for (const subject of subjects) if (said.startsWith(`${subject}: `)) said = said.slice(subject.length + 2);
  const [sentence = "", ...sentences] = said
    .replace(/ ?The last lines of its console:$/, "")
    .split(/(?<=[^.\s][.?])\s+(?=[A-Z`])/);
  const ending = consoleTail === undefined ? "" : ` Its console ends with: ${consoleTail.replace(/^\s+\| /, "")}`;
  const advice = shortened([...sentences, rest].join(" "));
  return {
    exitStatus: Number(status),
    text: shortened(`${sentence}${ending}`),
    advice: advice === "" ? null : advice,
  };
}

/** What an API answered, found in the error of the provider. */
export interface ApiAnswer {
  readonly status: number;
  readonly message: string;
}

/** Words of gophercloud (v1, errors.go) that stand for a status which it does not name. */
const STATUS_WORDS: readonly (readonly [RegExp, number])[] = [
  [/Bad request with/, 400],
  [/Authentication failed/, 401],
  [/Request forbidden/, 403],
  [/Resource not found/, 404],
  [/Too many requests/, 429],
  [/Internal Server Error/, 500],
  [/currently unavailable/, 503],
];

export function apiAnswer(error: string): ApiAnswer | null {
  const named = /but got (\d{3}) instead/.exec(error)?.[1];
  const status = named === undefined ? STATUS_WORDS.find(([words]) => words.test(error))?.[1] : Number(named);
  if (status === undefined) return null;
  const body = /\{".*\}/.exec(error)?.[0] ?? "";
  return { status, message: messageOf(body) };
}

/**
 * The error of a provider without what its layers wrap around it. The same error comes twice, once as a line of the
 * provider's log: that one is left out where there is another.
 */
export function providerError(messages: readonly string[]): string {
  const told = messages.filter((message) => !/^\s*sdk-v2\//.test(message));
  return (told.length > 0 ? told : messages)
    .join("\n")
    .replace(/^\s*sdk-v2\/\S+ sdk\.helper_schema: /, "")
    .replace(/: provider=openstack@[\d.]+\s*$/, "")
    .replaceAll(/\d+ errors? occurred:\s*\* /g, "")
    .replaceAll(/(?:creating|updating|deleting) urn:\S+ /g, "")
    .trim();
}
