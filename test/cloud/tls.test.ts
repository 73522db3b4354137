import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../cloud/client.ts";
import { startFakeCloud, withEnvironment, type FakeCloud } from "./fake-cloud.ts";

/** Makes a CA and a certificate of it for one name, as a company's own CA would. */
function makeCertificate(folder: string, subjectAltName: string): { key: string; cert: string; ca: string } {
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  };
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl("req", "-x509", ...key, "-days", "2", "-subj", "/CN=Test CA", "-keyout", "ca.key", "-out", "ca.pem");
  openssl("req", ...key, "-subj", "/CN=cloud", "-keyout", "server.key", "-out", "server.csr");
  writeFileSync(join(folder, "ext.cnf"), `subjectAltName=${subjectAltName}\n`);
  const sign = ["-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2"];
  openssl("x509", "-req", ...sign, "-extfile", "ext.cnf", "-out", "server.pem");
  const read = (file: string): string => readFileSync(join(folder, file), "utf8");
  return { key: read("server.key"), cert: read("server.pem"), ca: read("ca.pem") };
}

describe("TLS of the cloud client", () => {
  let folder: string;
  let cloud: FakeCloud | undefined;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-tls-"));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true });
    await cloud?.close();
  });

  it("refuses a certificate of an unknown CA, before the password is sent, and says how to trust it", async () => {
    cloud = await startFakeCloud(makeCertificate(folder, "IP:127.0.0.1"));
    await assert.rejects(connect(cloud.entry), /certificate is not trusted.*`cacert: \/path\/to\/ca\.pem`/);
    assert.equal(cloud.seen.length, 0);
  });

  it("accepts it with the CA of the entry", async () => {
    const { ca, ...certificate } = makeCertificate(folder, "IP:127.0.0.1");
    cloud = await startFakeCloud(certificate);
    const client = await connect({ ...cloud.entry, caPem: ca });
    await client.close();
    assert.equal(cloud.tokens.length, 1);
  });

  it("accepts it when the system trusts the CA, as other OpenStack tools do", async () => {
    const { ca, ...certificate } = makeCertificate(folder, "IP:127.0.0.1");
    cloud = await startFakeCloud(certificate);
    writeFileSync(join(folder, "bundle.pem"), ca);
    const { entry } = cloud;
    await withEnvironment({ SSL_CERT_FILE: join(folder, "bundle.pem") }, async () => (await connect(entry)).close());
    assert.equal(cloud.tokens.length, 1);
  });

  it("refuses a certificate made for another name although its CA is trusted", async () => {
    const { ca, ...certificate } = makeCertificate(folder, "DNS:other.example");
    cloud = await startFakeCloud(certificate);
    await assert.rejects(connect({ ...cloud.entry, caPem: ca }), /ERR_TLS_CERT_ALTNAME_INVALID.*for another name/);
    assert.equal(cloud.seen.length, 0);
  });

  it("is not switched off by NODE_TLS_REJECT_UNAUTHORIZED", async () => {
    cloud = await startFakeCloud(makeCertificate(folder, "IP:127.0.0.1"));
    const { entry } = cloud;
    await withEnvironment({ NODE_TLS_REJECT_UNAUTHORIZED: "0" }, () =>
      assert.rejects(connect(entry), /certificate is not trusted/),
    );
  });
});
