import assert from "node:assert/strict";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { settingsForServer, settingsOf } from "../../../inventory/vsphere/source-settings.ts";
import { readSourcesFile, SourceSettingsError } from "../../../inventory/vsphere/sources-file.ts";

describe("sources.yaml", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "wavelift-sources-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });
  const write = (lines: string): void => {
    writeFileSync(join(folder, "sources.yaml"), `version: 1\nsources:\n  prod: { ${lines} }\n`);
  };
  const SECRET = "hunter2-secret";
  const refused = (place: string, env: Record<string, string>, expected: RegExp): void => {
    assert.throws(
      () => settingsOf(place, env, folder),
      (error) =>
        error instanceof SourceSettingsError && expected.test(error.message) && !error.message.includes(SECRET),
    );
  };

  it("gives the settings of a source by its name, and of the server that the estate names", () => {
    writeFileSync(join(folder, "pw"), `${SECRET}\n`);
    write(
      "url: 'https://VC.Example.org:8443', username: u, passwordFile: pw, thumbprint: '" + "AB:".repeat(31) + "AB'",
    );
    const settings = settingsOf("prod", {}, folder);
    assert.equal(settings.password(), SECRET);
    assert.equal(settings.thumbprint, "ab".repeat(32));
    assert.ok(!inspect(settings, { depth: 9 }).includes(SECRET) && !JSON.stringify(settings).includes(SECRET));
    assert.equal(settingsForServer("vc.example.org", {}, folder)?.url.port, "8443");
    assert.equal(settingsForServer("other", {}, folder), null);
  });

  it("takes an address with what the environment says", () => {
    const env = { WAVELIFT_VSPHERE_USERNAME: "u", WAVELIFT_VSPHERE_PASSWORD: SECRET };
    assert.equal(settingsOf("https://vc", env, folder).password(), SECRET);
    refused(
      "https://vc",
      { WAVELIFT_VSPHERE_USERNAME: "u" },
      /WAVELIFT_VSPHERE_PASSWORD, WAVELIFT_VSPHERE_PASSWORD_FILE/,
    );
    refused("https://vc", { WAVELIFT_VSPHERE_PASSWORD: SECRET }, /WAVELIFT_VSPHERE_USERNAME/);
  });

  it("refuses passwords in addresses, addresses without TLS, and two ways at once", () => {
    const env = { WAVELIFT_VSPHERE_USERNAME: "u", WAVELIFT_VSPHERE_PASSWORD: SECRET };
    refused(`https://u:${SECRET}@vc`, env, /no user and password in the address/);
    refused("http://vc", env, /https/);
    write("url: 'https://vc', username: u, passwordFile: a, passwordEnvironment: B");
    refused("prod", {}, /either passwordFile or passwordEnvironment/);
    write("url: 'https://vc', username: u, passwordFile: a, caFile: b, thumbprint: '" + "ab".repeat(20) + "'");
    refused("prod", {}, /either caFile or thumbprint/);
    write(`url: 'https://vc', username: u, password: ${SECRET}`);
    refused("prod", {}, /Unrecognized key/);
  });

  it("names the source that was meant, and what to do when a file is missing", () => {
    refused("prod", {}, /there is no such file.*sources\.example\.yaml/);
    write("url: 'https://vc', username: u, passwordFile: missing");
    refused("prd", {}, /Did you mean "prod"/);
    refused("prod", {}, /passwordFile: .*missing cannot be read \(ENOENT\)/);
    refused("prod", { WAVELIFT_SOURCES: "elsewhere.yaml" }, /elsewhere\.yaml cannot be read/);
    write("url: 'https://vc', username: u, passwordEnvironment: NOT_SET");
    refused("prod", {}, /NOT_SET: expected the password/);
  });

  it("has an example that is right", () => {
    copyFileSync(new URL("../../../sources.example.yaml", import.meta.url), join(folder, "sources.yaml"));
    assert.deepEqual(Object.keys(readSourcesFile({}, folder)?.content.sources ?? {}), ["prod"]);
  });
});
