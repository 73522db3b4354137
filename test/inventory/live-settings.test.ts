import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { settingsForServer } from "../../inventory/vsphere/source-settings.ts";

describe("sources.yaml and the reading at preview", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "wavelift-sources-"));
  const env = { SECRET: "s3cret" };
  after(() => {
    rmSync(folder, { recursive: true });
  });

  const settings = (more: string) => {
    const entry = ["url: https://VC1.example", "username: reader", "passwordEnvironment: SECRET", more];
    const text = `version: 1\nsources:\n  prod:\n${entry.map((line) => `    ${line}\n`).join("")}`;
    writeFileSync(path.join(folder, "sources.yaml"), text);
    return settingsForServer("vc1.example", env, folder);
  };

  it("finds the vCenter by its name in the estate", () => {
    assert.deepEqual([settings("")?.username, settings("")?.plugin], ["reader", false]);
    assert.equal(settingsForServer("vc2.example", env, folder), null);
    assert.equal(settingsForServer("vc1.example", env, path.join(folder, "none")), null);
  });

  it("leaves a vCenter alone that is not to be asked", () => {
    assert.equal(settings("live: false"), null);
  });

  it("uses the plugin's look-ups only where it is told to", () => {
    assert.equal(settings("plugin: true")?.plugin, true);
  });
});
