import { z } from "zod";
import type { ServiceType } from "./service.ts";

/** Why a request to a cloud failed: what was asked, what the API said, what to do. Holds no secret. */
export class CloudError extends Error {
  override readonly name = "CloudError";
  /** HTTP status; null when no answer came. */
  readonly status: number | null;
  readonly service: ServiceType;
  readonly method: string;
  readonly path: string;

  constructor(
    request: { cloud: string; service: ServiceType; method: string; path: string },
    status: number | null,
    reason: string,
    advice: string | null = adviceFor(status),
  ) {
    const what = `cloud "${request.cloud}", ${request.service}: ${request.method} ${request.path}`;
    const answer = [status === null ? "no answer" : String(status), reason].filter((part) => part !== "").join(": ");
    super(`${what} failed: ${answer.replace(/[.\s]+$/, "")}.${advice === null ? "" : ` ${advice}`}`);
    this.status = status;
    this.service = request.service;
    this.method = request.method;
    this.path = request.path;
  }
}

/** What a person can do about a status of the API. */
export function adviceFor(status: number | null): string | null {
  switch (status) {
    case 401:
      return "Check user, password, project and domains of this cloud in clouds.yaml; a token may have expired.";
    case 403:
      return "The user's roles in this project do not allow it, or a quota is used up: ask the cloud's administrator, or use other credentials.";
    case 404:
      return "It does not exist in this project and region, or the endpoint's address is wrong.";
    case 409:
      return "Its present state does not allow it, or something else has the same name or address: look at it, then run again.";
    case 413:
    case 429:
      return "The cloud limits requests or a quota is used up: wait, or ask for a higher limit.";
    case 500:
    case 502:
    case 503:
    case 504:
      return "The fault is on the cloud's side: run again; if it stays, its administrator finds the cause in the service's log.";
    default:
      return null;
  }
}

const Message = z.union([
  z.string(),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
  z.looseObject({ detail: z.string() }).transform(({ detail }) => detail),
]);
const Errors = z.looseObject({ errors: z.array(Message).min(1) }).transform(({ errors }) => errors.join("; "));
const Fault = z.looseObject({ faultstring: z.string() }).transform(({ faultstring }) => faultstring);
/** {"itemNotFound": {"message"}}, {"NeutronError": {"message"} or text}, {"error": {"message"}}: one key around it. */
const Wrapped = z
  .record(z.string(), z.unknown())
  .transform((body) => Object.values(body).map((value) => Message.safeParse(value)))
  .transform((results) => results.find((result) => result.success)?.data ?? "");

/** The message in an error's body, whichever service sent it: JSON in its variants, an HTML page, or text. */
export function messageOf(body: string): string {
  const json = parseJson(body);
  const message =
    json === undefined ? body : (z.union([z.string(), Errors, Fault, Message, Wrapped]).safeParse(json).data ?? "");
  return message
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, " ")
    .replace(/<[^>]*>/g, " ")
    .replace(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, 400);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
