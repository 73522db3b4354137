import { setTimeout as delay } from "node:timers/promises";
import { Agent, request } from "undici";
import { isCertificateFault, shownCertificate } from "../../cloud/certificate.ts";
import { shown } from "../shown.ts";
import { serverOf, type VsphereSettings } from "./settings.ts";
import { PinError, tlsConnector } from "./tls-connector.ts";
import { VsphereError } from "./vsphere-error.ts";

/** How long things may take; given in tests, and shorter where somebody waits. */
export interface TransportOptions {
  /** Milliseconds until a connection must stand. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds for one try of a request as a whole. Default 120 s. */
  readonly callTimeoutMs?: number;
  /** Tries of a request in all. Default 4. */
  readonly tries?: number;
  /** Ends everything that is under way, but for the log-out. */
  readonly signal?: AbortSignal;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

export interface Call {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** It only reads: it may be sent again when a connection breaks. */
  readonly reads: boolean;
  /** It is part of the end: it is sent although everything was stopped, once, and may take 5 s. */
  readonly closing?: boolean;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Reads an answer while it comes. What it throws ends the request. */
export type Consume<T> = (status: number, headers: Headers, body: AsyncIterable<Uint8Array>) => Promise<T>;

export interface Transport {
  /** @throws {VsphereError} when no whole answer comes after all tries; what `consume` throws otherwise. */
  send<T>(call: Call, consume: Consume<T>): Promise<T>;
  close(): Promise<void>;
}

const CLOSING_MS = 5000;

/** HTTPS to one vCenter or ESXi host: always directly, never through a proxy. */
export function openTransport(settings: VsphereSettings, options: TransportOptions = {}): Transport {
  const { connectTimeoutMs = 10_000, callTimeoutMs = 120_000, tries = 4, sleep = delay } = options;
  const dispatcher = new Agent({
    connect: tlsConnector(settings, connectTimeoutMs),
    connections: 2,
    headersTimeout: callTimeoutMs,
    bodyTimeout: callTimeoutMs,
  });

  const once = async <T>(call: Call, consume: Consume<T>): Promise<T | Again> => {
    const signals = call.closing === true ? [AbortSignal.timeout(CLOSING_MS)] : [AbortSignal.timeout(callTimeoutMs)];
    if (call.closing !== true && options.signal !== undefined) signals.push(options.signal);
    const { statusCode, headers, body } = await request(new URL(call.path, settings.url), {
      method: call.method,
      headers: call.headers,
      ...(call.body === undefined ? {} : { body: call.body }),
      dispatcher,
      signal: AbortSignal.any(signals),
    });
    if ([429, 502, 503, 504].includes(statusCode)) {
      await body.dump();
      return new Again(statusCode);
    }
    return consume(statusCode, headers, body);
  };

  return {
    async send(call, consume) {
      for (let tried = 1; ; tried += 1) {
        const last = tried >= (call.closing === true ? 1 : tries);
        const backoffMs = 500 * 2 ** (tried - 1) * (0.75 + Math.random() / 2);
        try {
          const answer = await once(call, consume);
          if (!(answer instanceof Again)) return answer;
          // A gateway that says so did not pass the request on; one that gave up waiting may have.
          if (last || (answer.status === 504 && !call.reads)) throw busy(settings, answer.status);
        } catch (error) {
          const failure = describe(error, connectTimeoutMs, callTimeoutMs, options.signal);
          if (failure === null) throw error;
          const again = failure.passing && (call.reads || failure.notSent);
          if (!again || last) throw await finalError(failure, settings);
        }
        await sleep(backoffMs);
        options.signal?.throwIfAborted();
      }
    },
    close: () => dispatcher.destroy(),
  };
}

/** The server has no time. */
class Again {
  readonly status: number;
  constructor(status: number) {
    this.status = status;
  }
}

function busy(settings: VsphereSettings, status: number): VsphereError {
  const advice =
    "Its services are starting or overloaded: try again in some minutes, or see their state in its appliance management.";
  return new VsphereError(
    serverOf(settings.url),
    `it answers with HTTP status ${status}, several times`,
    advice,
    undefined,
    true,
  );
}

interface Failure {
  readonly reason: string;
  readonly advice: string | null;
  /** It may go away by itself. */
  readonly passing: boolean;
  /** No connection stood, so nothing was carried out. */
  readonly notSent: boolean;
  readonly certificate: boolean;
}

const REACH =
  "Is it up, and reachable from this host (firewall, VPN, name resolution)? It is asked directly, never through a proxy.";

/** What became of a connection, in words; null when the fault is not the connection's. */
function describe(
  error: unknown,
  connectTimeoutMs: number,
  callTimeoutMs: number,
  signal: AbortSignal | undefined,
): Failure | null {
  if (!(error instanceof Error) || signal?.aborted === true) return null;
  const none = { advice: null, passing: false, notSent: false, certificate: false };
  if (error instanceof PinError) {
    const advice =
      "Compare with its administrator: either its certificate was renewed (then give the new thumbprint), or something stands in between. Nothing was sent.";
    return { ...none, reason: error.message, advice, notSent: true };
  }
  const code = "code" in error ? String(error.code) : "";
  if (isCertificateFault(code))
    return {
      ...none,
      reason: `its certificate is not trusted (${code})`,
      advice: null,
      notSent: true,
      certificate: true,
    };
  if (code === "UND_ERR_CONNECT_TIMEOUT")
    return {
      ...none,
      reason: `no connection within ${connectTimeoutMs / 1000} s`,
      advice: REACH,
      passing: true,
      notSent: true,
    };
  if (error.name === "TimeoutError" || ["UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"].includes(code))
    return { ...none, reason: `no complete answer within ${callTimeoutMs / 1000} s`, advice: REACH, passing: true };
  const notSent = ["ECONNREFUSED", "EAI_AGAIN", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"].includes(code);
  const broken = ["ECONNRESET", "EPIPE", "ETIMEDOUT", "UND_ERR_SOCKET"].includes(code);
  if (!notSent && !broken && !/^(ERR_SSL|EPROTO|UND_ERR)/.test(code)) return null;
  const text = `${shown(error.message, 120)}${error.message.includes(code) ? "" : ` (${code})`}`;
  return { ...none, reason: text, advice: REACH, passing: broken || (notSent && code !== "ENOTFOUND"), notSent };
}

/** A refused certificate is shown, so that a person can tell a missing authority from an attack. */
async function finalError(
  { reason, advice, certificate, passing }: Failure,
  { url }: VsphereSettings,
): Promise<VsphereError> {
  const server = serverOf(url);
  if (!certificate) return new VsphereError(server, reason, advice, undefined, passing);
  const seen = await shownCertificate(url.href, {});
  return new VsphereError(
    server,
    seen === null ? reason : `${reason}: ${seen}`,
    "Compare the fingerprint with its administrator, then trust it in sources.yaml: " +
      '`caFile: /path/to/ca.pem` with the authority that signed it (of a vCenter: its /certs/download.zip), or `thumbprint: "SHA-256 fingerprint"`.',
  );
}
