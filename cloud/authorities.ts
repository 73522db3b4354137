import { existsSync, readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";

const bundles = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/ca-bundle.pem"];

/** Node brings its own authorities; a company's own stand in the system's bundle, which other OpenStack tools read. */
export function systemAuthorities(): string[] {
  const files = [process.env["SSL_CERT_FILE"], process.env["NODE_EXTRA_CA_CERTS"], ...bundles];
  const found = new Set(files.filter((file) => file !== undefined && file !== "" && existsSync(file)));
  return [...rootCertificates, ...[...found].map((file) => readFileSync(file ?? "", "utf8"))];
}
