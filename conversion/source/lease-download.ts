import { isIP } from "node:net";
import { Agent, request } from "undici";
import { isCertificateFault } from "../../cloud/certificate.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { PinError, plainThumbprint, tlsConnector } from "../../inventory/vsphere/tls-connector.ts";
import { failed, messageOf, refused } from "../failure.ts";
import { SourceFault } from "./contents.ts";
import type { Lease } from "./lease.ts";
import { quote } from "./locate.ts";

const CONNECT_MS = 15_000;
/** Nothing for so long, though we want more: an ESXi host says nothing while it reads through what it need not send. */
const SILENCE_MS = 10 * 60_000;

/** The body of a download, and its end. */
export interface Download {
  readonly body: AsyncIterable<Uint8Array>;
  close(): Promise<void>;
}

/**
 * Begins to read a lease's disk over HTTPS. The host of its URL, mostly an ESXi host, is verified by the thumbprint that
 * the server gave over the session, which is verified itself; the server's own URL is verified as the session is.
 * @param disk name of the disk for messages
 * @throws {SourceFault} when the connection breaks or the host has no time; a failure when it is another host
 */
export async function download(session: VsphereSession, disk: string, lease: Lease): Promise<Download> {
  const { url, isServer, servername } = placeOf(session, disk, lease);
  const { settings } = session;
  const thumbprint = lease.thumbprint === null ? null : plainThumbprint(lease.thumbprint);
  if (!isServer && thumbprint === null && settings.thumbprint !== null)
    throw refused(
      `${disk}: the export is to be read from ${quote(url.host)}, whose certificate cannot be verified: the lease names no thumbprint, and sources.yaml has that of ${session.server} only. Give caFile there.`,
    );
  const trust = isServer || thumbprint === null ? settings : { ...settings, thumbprint };
  const connect = tlsConnector(trust, CONNECT_MS);
  const dispatcher = new Agent({
    connect: (options, callback) => {
      connect({ ...options, ...(servername === null ? {} : { servername }) }, callback);
    },
    headersTimeout: SILENCE_MS,
    bodyTimeout: 0,
  });
  const what = `${disk}: the export at ${quote(url.host)}`;
  // The session's cookie is for the server alone: a host gets the ticket in the URL.
  const headers = isServer ? { cookie: session.access().cookie } : {};
  try {
    const answer = await request(url, { method: "GET", dispatcher, headers });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new SourceFault(`${what} answers with HTTP status ${answer.statusCode}`);
    }
    return { body: watched(answer.body, what), close: () => dispatcher.destroy() };
  } catch (error) {
    await dispatcher.destroy();
    throw downloadError(error, what);
  }
}

/** Where the stream is, and the name that its certificate must have where that is not the URL's. */
function placeOf(
  { settings, server }: VsphereSession,
  disk: string,
  lease: Lease,
): { url: URL; isServer: boolean; servername: string | null } {
  const text = lease.url.replace(/^(\w+:\/\/)\*/u, (_, scheme: string) => `${scheme}${settings.url.hostname}`);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== "https:")
    throw refused(`${disk}: ${server} exports over ${quote(lease.url)}, expected https://.`);
  const isServer = url.hostname.toLowerCase() === settings.url.hostname.toLowerCase();
  const address = Object.entries(settings.hostAddresses ?? {}).find(
    ([name]) => name.toLowerCase() === url.hostname.toLowerCase(),
  )?.[1];
  if (address === undefined) return { url, isServer, servername: null };
  const servername = isIP(url.hostname) === 0 ? url.hostname : null;
  url.host = address;
  return { url, isServer, servername };
}

/** The body, whose faults are the source's, and which may not be silent forever. */
async function* watched(body: AsyncIterable<unknown>, what: string): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await withoutSilence(chunks.next(), what);
      if (next.done === true) return;
      if (next.value instanceof Uint8Array) yield next.value;
    }
  } catch (error) {
    throw downloadError(error, what);
  } finally {
    await chunks.return?.().catch(() => undefined);
  }
}

function withoutSilence<T>(next: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new SourceFault(`${what} sent nothing for ${SILENCE_MS / 60_000} min`));
    }, SILENCE_MS);
    next.then(resolve, reject).finally(() => {
      clearTimeout(timer);
    });
  });
}

/** A refused certificate does not heal; a connection may. */
function downloadError(error: unknown, what: string): Error {
  if (error instanceof SourceFault) return error;
  if (error instanceof PinError) return refused(`${what}: ${error.message}. Nothing was read.`);
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  if (isCertificateFault(code))
    return failed(`${what}: its certificate is not trusted (${code}). Name its authority in sources.yaml (caFile).`);
  return new SourceFault(`${what}: the connection broke (${quote(messageOf(error))})`);
}
