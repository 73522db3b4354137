import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "../../cloud/client.ts";
import { makeCertificate } from "./certificates.ts";
import { startFakeCloud, withEnvironment, type FakeCloud } from "./fake-cloud.ts";

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

  it("shows whose certificate it refused, who signed it and its fingerprint", async () => {
    const certificate = makeCertificate(folder, "IP:127.0.0.1");
    cloud = await startFakeCloud(certificate);
    const error: unknown = await connect(cloud.entry).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof Error);
    assert.match(error.message, /it is for cloud \(IP Address:127\.0\.0\.1\), signed by Test CA, valid until .* GMT/);
    assert.ok(error.message.includes(new X509Certificate(certificate.cert).fingerprint256), error.message);
    assert.match(error.message, /Compare the fingerprint/);
  });

  it("refuses one that has ended although its CA is trusted, and says until when it was good", async () => {
    const { ca, ...certificate } = makeCertificate(folder, "IP:127.0.0.1", -1);
    cloud = await startFakeCloud(certificate);
    await assert.rejects(
      connect({ ...cloud.entry, caPem: ca }),
      /CERT_HAS_EXPIRED\): .*valid until .* GMT.*renewed, and check this host's clock/,
    );
    assert.equal(cloud.seen.length, 0);
  });

  it("refuses one that its own server signed, until it is given as the CA", async () => {
    const { ca } = makeCertificate(folder, "IP:127.0.0.1");
    cloud = await startFakeCloud({ cert: ca, key: readFileSync(join(folder, "ca.key"), "utf8") });
    await assert.rejects(connect(cloud.entry), /SELF_SIGNED_CERT.*it is for Test CA, signed by Test CA/);
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
