import { isIP } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { shown } from "../inventory/shown.ts";

const TIMEOUT_MS = 5000;

/** Codes of node and OpenSSL for a certificate that does not hold, and the one for a name that is not its own. */
const CERTIFICATE_FAULT = /CERT|ISSUER|SELF_SIGNED|UNABLE_TO_VERIFY/;

/** Whether the code of an error means that a server's certificate was refused. */
export const isCertificateFault = (code: string): boolean => CERTIFICATE_FAULT.test(code);

/**
 * The certificate that a server shows, in words: whose it is, who signed it, until when, and its fingerprint, to be compared
 * by telephone. Only the handshake is done, nothing is sent. Null when there is none to be had; behind a proxy nobody
 * is asked.
 */
export function shownCertificate(url: string, env: Environment = process.env): Promise<string | null> {
  const { hostname, port, protocol } = new URL(url);
  const proxied = [env["https_proxy"], env["HTTPS_PROXY"]].some((proxy) => proxy !== undefined && proxy !== "");
  if (protocol !== "https:" || proxied) return Promise.resolve(null);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: port === "" ? 443 : Number(port),
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // To see what was refused a moment ago: the connection carries nothing and ends here.
      rejectUnauthorized: false,
    });
    const settle = (text: string | null): void => {
      socket.destroy();
      resolve(text);
    };
    socket.setTimeout(TIMEOUT_MS, () => {
      settle(null);
    });
    socket.once("error", () => {
      settle(null);
    });
    socket.once("secureConnect", () => {
      settle(inWords(socket.getPeerCertificate()));
    });
  });
}

type Environment = Readonly<Record<string, string | undefined>>;

function inWords({ subject, issuer, subjectaltname, valid_to: end, fingerprint256 }: Partial<PeerCertificate>): string {
  const name = (parts: PeerCertificate["subject"] | undefined): string =>
    shown(String(parts?.CN ?? parts?.O ?? "nobody"));
  const names = subjectaltname === undefined ? "" : ` (${shown(subjectaltname, 120)})`;
  const fingerprint = fingerprint256 === undefined ? "" : `, SHA-256 fingerprint ${fingerprint256}`;
  return `it is for ${name(subject)}${names}, signed by ${name(issuer)}, valid until ${shown(end ?? "unknown")}${fingerprint}`;
}
