import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { FaultsError } from "../../inventory/fault.ts";
import { toSortedJson } from "../../inventory/json.ts";
import { loadPlan, loadWaveInputs } from "../../inventory/load.ts";
import { otherWaves } from "../../planning/overrides.ts";
import { vmInput } from "../planning/fixtures.ts";

describe("waves in files of their own", () => {
  let folder: string;
  const plan = (): string => path.join(folder, "plan.yaml");
  const put = (file: string, text: string): void => {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  };
  const wave = (...keys: string[]): string =>
    `version: 1\ntarget: lab\nvms:\n${keys.map((key) => `  ${key}:\n`).join("")}`;
  const faultsOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof FaultsError, `no FaultsError but ${String(error)}`);
    return error.faults.map(({ file, line, vm, path: where, value }) => [path.basename(file), line, vm, where, value]);
  };

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-plan-"));
    put("plan.yaml", "version: 1\ntargets: { lab: { cloud: lab } }\n");
    for (const key of ["web01", "web02"]) put(`estate/${key}.json`, toSortedJson(vmInput(key)));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const load = (name: string) => loadWaveInputs(plan(), path.join(folder, "estate"), name, null);

  it("are planned like those of plan.yaml; of the others only those are parsed that may hold the same VM", async () => {
    put("plan/wave1.yaml", wave("web01"));
    put("plan/wave2.yaml", wave("web02"));
    put("plan/wave3.yaml", "{{{ not even YAML, and of web012 only");
    put("plan/archive/wave0.yaml", wave("web01"));
    const { plan: read, estate } = await load("wave1");
    assert.deepEqual([Object.keys(read.waves), [...estate.keys()]], [["wave1"], ["web01"]]);
    assert.deepEqual(read.waves["wave1"]?.target, "lab");
  });

  it("tell of a VM that is in another wave's file or in plan.yaml, too, however its key is written", async () => {
    put("plan/wave1.yaml", wave("web01"));
    for (const other of [
      wave("web01"),
      wave('"web01"'),
      wave('"web\\x301"'),
      "version: 1\ntarget: lab\nvms: {web01: {}}",
    ]) {
      put("plan/wave2.yaml", other);
      assert.deepEqual(otherWaves((await load("wave1")).plan, "wave1", "web01"), ["wave2"], other);
    }
    rmSync(path.join(folder, "plan/wave2.yaml"));
    put(
      "plan.yaml",
      "version: 1\ntargets: { lab: { cloud: lab } }\nwaves: { old: { target: lab, vms: { web01: } } }\n",
    );
    assert.deepEqual(otherWaves((await load("wave1")).plan, "wave1", "web01"), ["old"]);
  });

  it("tell faults with their own file and line, together with those of the plan and of a VM that is not there", async () => {
    put("plan/wave1.yaml", `${wave("web01", "gone")}exclude: [web09]\ndefaults: { securityGroups: [nope] }\n`);
    assert.deepEqual(await faultsOf(load("wave1")), [
      ["wave1.yaml", 7, null, "defaults.securityGroups.0", '"nope"'],
      ["wave1.yaml", 6, null, "exclude.0", '"web09"'],
      ["wave1.yaml", 5, "gone", "vms.gone", '"gone"'],
    ]);
  });

  it("are a fault where plan.yaml has the same wave, or the file's name is none of a wave", async () => {
    put("plan.yaml", "version: 1\ntargets: { lab: { cloud: lab } }\nwaves: { wave1: { target: lab, vms: {} } }\n");
    put("plan/wave1.yaml", wave("web01"));
    assert.deepEqual(await faultsOf(load("wave1")), [["plan.yaml", 3, null, "waves.wave1", '"wave1"']]);
    put("plan/Wave 2.yaml", wave("web02"));
    put("plan/wave3.yml", wave("web02"));
    assert.deepEqual((await faultsOf(loadPlan(plan()))).map(([file]) => file).sort(), [
      "Wave 2.yaml",
      "plan.yaml",
      "wave3.yml",
    ]);
  });

  it("are all read where the wave that is asked for is none of them, so that one can say which there are", async () => {
    put("plan/wave1.yaml", wave("web01"));
    put("plan/wave2.yaml", wave("web02"));
    assert.deepEqual(Object.keys((await load("wave9")).plan.waves), ["wave1", "wave2"]);
    assert.deepEqual(Object.keys((await loadPlan(plan())).waves), ["wave1", "wave2"]);
  });
});
