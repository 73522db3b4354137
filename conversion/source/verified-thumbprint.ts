import { TLSSocket } from "node:tls";
import type { VsphereSettings } from "../../inventory/vsphere/settings.ts";
import { plainThumbprint, tlsConnector } from "../../inventory/vsphere/tls-connector.ts";

const CONNECT_MS = 15_000;

/**
 * SHA-1 of a server's certificate, as pairs with colons: what VMware's library compares, since it knows no authorities. The
 * certificate is verified before, by the authority or the thumbprint of sources.yaml, so that whoever stands in between
 * gets no password.
 * @throws when the certificate is not the server's, or nobody answers
 */
export function verifiedThumbprint(settings: VsphereSettings): Promise<string> {
  const { url, thumbprint } = settings;
  if (thumbprint?.length === 40) return Promise.resolve(pairs(thumbprint));
  const connect = tlsConnector(settings, CONNECT_MS);
  const { hostname, protocol, port, host } = url;
  return new Promise((resolve, reject) => {
    connect({ hostname, host, protocol, port: port === "" ? "443" : port }, (...[error, socket]) => {
      if (error !== null) {
        reject(error);
        return;
      }
      const found = socket instanceof TLSSocket ? socket.getPeerCertificate().fingerprint : undefined;
      socket.destroy();
      if (found === undefined) reject(new Error("the server shows no certificate"));
      else resolve(pairs(plainThumbprint(found)));
    });
  });
}

const pairs = (digits: string): string => (digits.toUpperCase().match(/../g) ?? []).join(":");
