import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { toSortedJson } from "../../inventory/json.ts";
import { WaveFile } from "../../inventory/schema/wave.ts";
import { readOtherWaves } from "../../review/other-waves.ts";
import { sampleWave } from "../components/sample-wave.ts";

describe("files of the other waves", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-others-"));
    mkdirSync(path.join(folder, "waves"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it("are read where they name an address or MAC of this wave; one with faults, or without, is left out", async () => {
    const wave = WaveFile.parse({ ...sampleWave, wave: "one", vms: sampleWave.vms.filter(({ key }) => key === "off") });
    const far = wave.vms.map((vm) => ({
      ...vm,
      nics: vm.nics.map((nic) => ({ ...nic, macAddress: "00:50:56:00:00:99", fixedIps: [] })),
    }));
    const put = (name: string, text: string): void => {
      writeFileSync(path.join(folder, "waves", `${name}.json`), text);
    };
    put("one", toSortedJson(wave));
    put("twin", toSortedJson({ ...wave, wave: "twin" }));
    put("far", toSortedJson({ ...wave, wave: "far", vms: far }));
    put("broken", `{"macAddress": "${wave.vms[0]?.nics[0]?.macAddress ?? ""}"`);
    assert.deepEqual(
      (await readOtherWaves(folder, wave)).map((other) => other.wave),
      ["twin"],
    );
  });
});
