import { CloudError, messageOf } from "./cloud-error.ts";
import { secretsOf, type CloudEntry } from "./entry.ts";
import type { ServiceType } from "./service.ts";
import { parseToken, tokenRequest, type Token } from "./token.ts";
import { TransportError, type Answer, type Call, type Transport } from "./transport.ts";

/** A token that is kept fresh. */
export interface Session {
  /** The token to use now: renewed when it is about to end. */
  current(): Promise<Token>;
  /** A new token after the API refused this one; null when it cannot be renewed (a token given from outside). */
  renew(refused: Token): Promise<Token | null>;
}

/**
 * Sends a call and tells a failure in the words of the user's request.
 *
 * @throws {CloudError} when no answer comes.
 */
export async function sendFor(
  about: { cloud: string; service: ServiceType; method: string; path: string },
  transport: Transport,
  call: Call,
): Promise<Answer> {
  try {
    return await transport.send(call);
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new CloudError(about, null, error.message, error.advice);
  }
}

/**
 * Gets the first token.
 *
 * @param now Milliseconds of a clock that never jumps.
 * @throws {CloudError} when Keystone refuses or cannot be reached.
 */
export async function openSession(entry: CloudEntry, transport: Transport, now: () => number): Promise<Session> {
  const about = { cloud: entry.name, service: "identity", method: "POST", path: "/auth/tokens" } as const;
  const renewable = entry.auth.kind !== "token";

  const authenticate = async (): Promise<{ token: Token; renewAt: number }> => {
    const started = now();
    const answer = await sendFor(about, transport, {
      method: about.method,
      url: `${entry.authUrl}${about.path}`,
      headers: { accept: "application/json", "content-type": "application/json" },
      body: JSON.stringify(tokenRequest(entry.auth)),
      idempotent: true,
    });
    if (answer.status !== 201 && answer.status !== 200) {
      throw new CloudError(about, answer.status, reasonOf(answer, secretsOf(entry)));
    }
    try {
      const token = parseToken(answer.headers["x-subject-token"], answer.text);
      // Five minutes early, so that no request runs with a token that ends on its way; short lives keep nine tenths.
      return { token, renewAt: started + token.lifetimeMs - Math.min(300_000, token.lifetimeMs / 10) };
    } catch (error) {
      throw new CloudError(about, answer.status, error instanceof Error ? error.message : "no token", null);
    }
  };

  let held = await authenticate();
  let renewing: Promise<void> | null = null;
  /** One renewal for all requests that wait for it; none when another request has already done it. */
  const renew = async (refused: Token): Promise<Token> => {
    if (held.token === refused) {
      renewing ??= authenticate()
        .then((fresh) => {
          held = fresh;
        })
        .finally(() => {
          renewing = null;
        });
      await renewing;
    }
    return held.token;
  };

  return {
    current: () => (renewable && now() >= held.renewAt ? renew(held.token) : Promise.resolve(held.token)),
    renew: (refused) => (renewable ? renew(refused) : Promise.resolve(null)),
  };
}

/** What an answer says of its failure, with secrets taken out, should a service ever echo one. */
export function reasonOf(answer: Answer, secrets: readonly string[]): string {
  if (answer.status < 400) {
    const location = String(answer.headers["location"] ?? "").split("?")[0] ?? "";
    return `it redirects${location === "" ? "" : ` to ${location}`}; correct the address in clouds.yaml or the catalog`;
  }
  // A secret of a few letters stands in ordinary words too ("lab"): taking it out would only garble the message.
  const hidden = secrets.filter((secret) => secret.length >= 6);
  return hidden.reduce((text, secret) => text.replaceAll(secret, "[hidden]"), messageOf(answer.text));
}
