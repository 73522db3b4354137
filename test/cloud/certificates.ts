import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Makes a CA and a certificate of it for one name, as a company's own CA would; it ends after `days` (past: negative). */
export function makeCertificate(
  folder: string,
  subjectAltName: string,
  days = 2,
): { key: string; cert: string; ca: string } {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem");
  openssl("req", ...key, "-subj", "/CN=cloud", "-keyout", "server.key", "-out", "server.csr");
  writeFileSync(join(folder, "ext.cnf"), `subjectAltName=${subjectAltName}\n`);
  const sign = ["-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", String(days)];
  openssl("x509", "-req", ...sign, "-extfile", "ext.cnf", "-out", "server.pem");
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  return { key: read("server.key"), cert: read("server.pem"), ca: read("ca.pem") };
}
