import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FaultsError } from "../../inventory/fault.ts";
import { SourceFacts } from "../../inventory/schema/source.ts";
import { loadSources, writeSources } from "../../inventory/source-file.ts";

describe("facts of a source", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-sources-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const facts = (server: string, hosts: string[] = []): SourceFacts =>
    SourceFacts.parse({ version: 1, server, kind: "vsphere", hosts: hosts.map((name) => ({ name })) });

  it("are written sorted and read back; a hostile server name stays in the folder", async () => {
    const place = path.join(folder, "sources");
    await writeSources(place, [facts("vc1.example.org", ["esx2", "esx1"]), facts("../../etc/passwd")]);
    assert.deepEqual(readdirSync(place).sort(), ["vsphere-etc-passwd.json", "vsphere-vc1-example-org.json"]);
    const read = await loadSources(place);
    assert.deepEqual(
      read.map(({ server, hosts }) => [server, hosts.map(({ name }) => name)]),
      [
        ["../../etc/passwd", []],
        ["vc1.example.org", ["esx1", "esx2"]],
      ],
    );
  });

  it("need not be there; a file that does not fit is a fault", async () => {
    assert.deepEqual(await loadSources(path.join(folder, "none")), []);
    writeFileSync(path.join(folder, "x.json"), `{"version": 1, "server": ""}`);
    await assert.rejects(loadSources(folder), FaultsError);
  });
});
