import { createSecureContext } from "node:tls";
import { setTimeout as delay } from "node:timers/promises";
import { EnvHttpProxyAgent, request } from "undici";
import { systemAuthorities } from "./authorities.ts";
import { isCertificateFault, shownCertificate } from "./certificate.ts";

/** How long requests may take and how often they are tried; given in tests only. */
export interface TransportOptions {
  /** Milliseconds until a connection must stand. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one try as a whole. Default 60 s. */
  readonly totalTimeoutMs?: number;
  /** Tries of a request in all. Default 5. */
  readonly tries?: number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Call {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** May be sent twice without harm: then it is tried again also where the first may have been carried out. */
  readonly idempotent: boolean;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** No answer came: the reason in words, and what to do. Holds neither headers nor body of the request. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  readonly advice: string | null;
  constructor(message: string, advice: string | null) {
    super(message);
    this.advice = advice;
  }
}

export interface Transport {
  /** @throws {TransportError} when there is no answer after all tries. */
  send(call: Call): Promise<Answer>;
  close(): Promise<void>;
}

/** An HTTP client that verifies TLS against `caPem`, or against what the system trusts, and tries again with patience. */
export function openTransport(caPem: string | null, options: TransportOptions = {}): Transport {
  const { connectTimeoutMs = 10_000, totalTimeoutMs = 60_000, tries = 5, sleep = delay } = options;
  const secureContext = createSecureContext({ ca: caPem === null ? systemAuthorities() : [caPem] });
  const tls = { secureContext, rejectUnauthorized: true, timeout: connectTimeoutMs };
  const dispatcher = new EnvHttpProxyAgent({
    connect: tls,
    requestTls: tls,
    noProxy: noProxy(process.env["no_proxy"] ?? process.env["NO_PROXY"]),
    // So many requests at a time: more only wait in the API's own queue.
    connections: 8,
    headersTimeout: totalTimeoutMs,
    bodyTimeout: totalTimeoutMs,
  });

  const once = async (call: Call): Promise<Answer> => {
    const response = await request(call.url, {
      method: call.method,
      headers: call.headers,
      ...(call.body === undefined ? {} : { body: call.body }),
      dispatcher,
      signal: AbortSignal.timeout(totalTimeoutMs),
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  };

  return {
    async send(call) {
      for (let tried = 1; ; tried += 1) {
        const backoffMs = 500 * 2 ** (tried - 1) * (0.75 + Math.random() / 2);
        try {
          const answer = await once(call);
          const again = answer.status === 429 || (call.idempotent && [502, 503, 504].includes(answer.status));
          if (!again || tried >= tries) return answer;
          await sleep(Math.max(backoffMs, retryAfterMs(answer.headers["retry-after"])));
        } catch (error) {
          const failure = describe(error, connectTimeoutMs, totalTimeoutMs);
          const again = failure.passing && (call.idempotent || failure.notSent);
          if (!again || tried >= tries) throw await finalFailure(failure, call.url);
          await sleep(backoffMs);
        }
      }
    },
    close: () => dispatcher.close(),
  };
}

/** Hosts that are not asked through a proxy; services of this machine never are, as in curl's and Go's clients. */
export function noProxy(value: string | undefined): string {
  return value === "*" ? "*" : [value ?? "", "localhost", "127.0.0.1", "::1"].filter((host) => host !== "").join(",");
}

/** Milliseconds of a Retry-After header (seconds or a date), at most 60 s; 0 when there is none. */
function retryAfterMs(header: string | string[] | undefined): number {
  const value = String(header ?? "");
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 60_000) : 0;
}

/** A refused certificate is shown, so that a person can tell a missing CA from an attack. */
async function finalFailure({ reason, advice, certificate }: Failure, url: string): Promise<TransportError> {
  const seen = certificate ? await shownCertificate(url) : null;
  return new TransportError(seen === null ? reason : `${reason}: ${seen}`, advice);
}

interface Failure {
  readonly reason: string;
  readonly advice: string | null;
  /** It may go away by itself. */
  readonly passing: boolean;
  /** No connection stood, so nothing can have been carried out. */
  readonly notSent: boolean;
  /** The server's certificate was refused. */
  readonly certificate: boolean;
}

function describe(error: unknown, connectTimeoutMs: number, totalTimeoutMs: number): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : "unknown error";
  const none = { advice: null, passing: false, notSent: false, certificate: false };
  if (
    error instanceof Error &&
    (error.name === "TimeoutError" || code.endsWith("S_TIMEOUT") || code === "UND_ERR_BODY_TIMEOUT")
  ) {
    const advice = "The service is overloaded or a firewall swallows the answer.";
    return { ...none, reason: `no complete answer within ${totalTimeoutMs / 1000} s`, advice };
  }
  if (isCertificateFault(code)) {
    const reason = `its certificate is not trusted (${code})`;
    return { ...none, reason, advice: adviceForTls(code), notSent: true, certificate: true };
  }
  if (code === "ENOTFOUND") {
    const advice = "Check the address in clouds.yaml or the catalog, and this host's name resolution.";
    return { ...none, reason: message, advice, notSent: true };
  }
  const notSent = ["ECONNREFUSED", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"].includes(
    code,
  );
  const passing = notSent || ["ECONNRESET", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET"].includes(code);
  const text = code === "UND_ERR_CONNECT_TIMEOUT" ? `no connection within ${connectTimeoutMs / 1000} s` : message;
  const advice = passing ? "Is the service up, and is it reachable from this host (firewall, VPN, proxy)?" : null;
  const reason = code === "" || text.includes(code) ? text : `${text} (${code})`;
  return { ...none, reason, advice, passing, notSent };
}

function adviceForTls(code: string): string {
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return "The certificate is for another name: use the name it was made for in auth_url or the catalog.";
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID") {
    return "Have the cloud's certificate renewed, and check this host's clock.";
  }
  return "Compare the fingerprint with the cloud's administrator, then give the CA that signed it in clouds.yaml: `cacert: /path/to/ca.pem`.";
}
