import type { OnReadOpts } from "node:net";
import { createSecureContext, TLSSocket, type PeerCertificate } from "node:tls";
import { buildConnector } from "undici";
import { systemAuthorities } from "../../cloud/authorities.ts";
import { shown } from "../shown.ts";
import type { VsphereSettings } from "./settings.ts";

/** The server's certificate is not the pinned one, or its time is over: nothing was sent. */
export class PinError extends Error {
  override readonly name = "PinError";
}

/**
 * Makes the connections of one source. Without a thumbprint the certificate must chain to a trusted authority and be for
 * the server's name. A thumbprint replaces these two checks, and is compared on every connection (sessions are not
 * resumed) before a byte is sent over it; the dates of the certificate still count.
 * @param onread where what comes is put; default: the connection is read as a stream
 */
export function tlsConnector(
  { caPem, thumbprint }: VsphereSettings,
  timeoutMs: number,
  onread?: OnReadOpts,
): buildConnector.connector {
  const secureContext =
    thumbprint === null
      ? createSecureContext({ ca: caPem === null ? systemAuthorities() : [caPem] })
      : createSecureContext();
  const options = {
    secureContext,
    rejectUnauthorized: thumbprint === null,
    maxCachedSessions: 0,
    timeout: timeoutMs,
    // Answers are read one after the other.
    allowH2: false,
    ...(onread === undefined ? {} : { onread }),
  };
  const connect = buildConnector(options);
  if (thumbprint === null) return connect;
  return (to, callback) => {
    connect(to, (...[error, socket]) => {
      if (error !== null) {
        callback(error, null);
        return;
      }
      const reason = socket instanceof TLSSocket ? unlike(socket.getPeerCertificate(), thumbprint) : "it has no TLS";
      if (reason === null) {
        callback(null, socket);
        return;
      }
      socket.destroy();
      callback(new PinError(reason), null);
    });
  };
}

/** Why a certificate is not the pinned one; null when it is. */
export function unlike(certificate: Partial<PeerCertificate>, thumbprint: string, now = Date.now()): string | null {
  const { fingerprint, fingerprint256, valid_from: from = "", valid_to: to = "" } = certificate;
  const shows = thumbprint.length === 40 ? fingerprint : fingerprint256;
  if (shows === undefined || plainThumbprint(shows) !== thumbprint)
    return `it shows another certificate than the pinned one: its fingerprints are ${shown(fingerprint256 ?? "none", 100)} (SHA-256) and ${shown(fingerprint ?? "none")} (SHA-1)`;
  if (!(Date.parse(from) <= now && now <= Date.parse(to)))
    return `the pinned certificate is valid from ${shown(from)} to ${shown(to)} only`;
  return null;
}

/** A thumbprint without colons and blanks, in lower case. */
export const plainThumbprint = (text: string): string => text.replace(/[:\s]/g, "").toLowerCase();
