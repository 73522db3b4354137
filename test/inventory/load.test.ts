import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultsError } from "../../inventory/fault.ts";
import { toSortedJson } from "../../inventory/json.ts";
import { loadEstate, loadPlan, loadWaveFile, loadWaveInputs } from "../../inventory/load.ts";
import { planWave } from "../../planning/plan-wave.ts";
import { estateVm, input, vmInput } from "../planning/fixtures.ts";

const planText = (vms: string): string =>
  `version: 1\ntargets: { lab: { cloud: lab } }\nwaves:\n  wave1:\n    target: lab\n    vms:\n${vms}`;

describe("loading files", () => {
  let folder = "";
  let plan = "";
  let estate = "";
  let wave = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "wavelift-load-"));
    plan = join(folder, "plan.yaml");
    estate = join(folder, "estate");
    wave = join(folder, "wave1.json");
    await mkdir(estate);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const putVm = (key: string, changes: object = {}): Promise<void> =>
    writeFile(join(estate, `${key}.json`), toSortedJson({ ...vmInput(key), ...changes }));
  const faultsOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => null,
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof FaultsError, `no FaultsError but ${String(error)}`);
    return error.faults;
  };

  it("reads only the estate files of the wave", async () => {
    await writeFile(plan, planText("      web01:\n"));
    await putVm("web01");
    await writeFile(join(estate, "other.json"), "this is {{{ broken");
    const loaded = await loadWaveInputs(plan, estate, "wave1", null);
    assert.deepEqual([...loaded.estate.keys()], ["web01"]);
    assert.equal(loaded.previous, null);
  });

  it("tells the faults of plan, estate and wave file together", async () => {
    const wave = join(folder, "wave1.json");
    await writeFile(plan, planText("      web01: { securityGroups: [nope] }\n      web02:\n"));
    await putVm("web01", { cpus: 0 });
    await putVm("web02", { memoryMiB: "4 GB", disks: [{}] });
    await writeFile(wave, '{"version": 1, "wave": "wave1", "targets": {}}');
    const faults = await faultsOf(loadWaveInputs(plan, estate, "wave1", wave));
    const places = faults.map(({ file, vm, path }) => `${file.slice(folder.length + 1)} ${vm} ${path}`);
    for (const place of [
      "plan.yaml web01 waves.wave1.vms.web01.securityGroups.0",
      "estate/web01.json web01 cpus",
      "estate/web02.json web02 memoryMiB",
      "estate/web02.json web02 disks.0.capacityBytes",
      "wave1.json null vms",
    ])
      assert.ok(places.includes(place), `${place} is missing in\n${places.join("\n")}`);
    assert.ok(faults.every(({ line }) => line !== null));
  });

  it("tells the plan's line of a VM that the estate does not have, with the near name", async () => {
    await writeFile(plan, planText("      web01:\n      wbe02:\n"));
    await putVm("web01");
    await putVm("web02");
    const [fault, ...others] = await faultsOf(loadWaveInputs(plan, estate, "wave1", null));
    assert.equal(others.length, 0);
    assert.deepEqual([fault?.file, fault?.line, fault?.vm, fault?.advice], [plan, 8, "wbe02", "did you mean web02?"]);
  });

  it("asks for no facts of VMs that are rolled back or accepted", async () => {
    await writeFile(plan, planText("      old: { phase: accepted }\n      gone: { phase: absent }\n"));
    const { estate: facts } = await loadWaveInputs(plan, estate, "wave1", null);
    assert.equal(facts.size, 0);
  });

  it("asks for no facts of VMs that are in the wave file: they may have begun, and a rule judges them", async () => {
    const { file } = planWave(input([estateVm("web01")]));
    await writeFile(plan, planText("      web01:\n"));
    await writeFile(wave, toSortedJson(file));
    const { estate: facts, previous } = await loadWaveInputs(plan, estate, "wave1", wave);
    assert.deepEqual([facts.size, previous?.vms.length], [0, 1]);
  });

  it("refuses facts under another name, and device keys that come twice", async () => {
    const [disk] = estateVm("web01").disks;
    await putVm("web01", { key: "web02", disks: [disk, disk] });
    const faults = await faultsOf(loadEstate(estate));
    assert.deepEqual(
      faults.map(({ path, line }) => [path, line !== null]),
      [
        ["key", true],
        ["disks.1.deviceKey", true],
      ],
    );
  });

  it("sees a key that comes twice in JSON, which JSON.parse would not", async () => {
    const text = toSortedJson(vmInput("web01")).replace('"cpus": 2,', '"cpus": 2,\n  "cpus": 4,');
    await writeFile(join(estate, "web01.json"), text);
    const [fault] = await faultsOf(loadEstate(estate));
    assert.deepEqual([fault?.expected, fault?.value], ["each key once in a map", '"\\"cpus\\": 4,"']);
  });

  it("reads the whole estate, sorted, and tells of names that are no VM keys", async () => {
    await putVm("web02");
    await putVm("web01");
    assert.deepEqual([...(await loadEstate(estate)).keys()], ["web01", "web02"]);
    await writeFile(join(estate, "Web 3.json"), "{}");
    assert.equal((await faultsOf(loadEstate(estate))).length, 1);
  });

  it("never leaves the estate's folder", async () => {
    await writeFile(join(folder, "x.json"), "{}");
    // Refused before anything is opened: it is no fault of a file.
    await assert.rejects(loadEstate(estate, ["../x"]), (error) => !(error instanceof FaultsError));
  });

  it("takes a byte-order mark, and refuses what is not UTF-8", async () => {
    await writeFile(plan, `\uFEFF${planText("      web01:\n")}`);
    assert.deepEqual(Object.keys((await loadPlan(plan)).waves), ["wave1"]);
    await writeFile(plan, Buffer.from([0x76, 0xff, 0xfe]));
    assert.equal((await faultsOf(loadPlan(plan)))[0]?.value, "not UTF-8");
  });

  it("says which file is not there", async () => {
    const [fault] = await faultsOf(loadPlan(plan));
    assert.deepEqual([fault?.file, fault?.value], [plan, "not there"]);
  });

  it("reads a wave file as it was written", async () => {
    const { file } = planWave(input([estateVm("web01"), estateVm("db-1")]));
    const path = join(folder, "wave1.json");
    await writeFile(path, toSortedJson(file));
    assert.deepEqual(await loadWaveFile(path), file);
  });

  it("refuses a wave file that holds a VM twice or a target that it does not name", async () => {
    const { file } = planWave(input([estateVm("web01")]));
    const path = join(folder, "wave1.json");
    await writeFile(path, toSortedJson({ ...file, targets: {}, vms: [...file.vms, ...file.vms] }));
    const faults = await faultsOf(loadWaveFile(path));
    assert.deepEqual(
      faults.map(({ path: at }) => at),
      ["vms.1.key", "vms.0.target", "vms.1.target"],
    );
  });
});
