import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { archiveRefusal, archiveWave, unarchiveWave } from "../../cli/waves/archive.ts";
import { checkCommand } from "../../cli/waves/check.ts";
import { duplicateWave } from "../../cli/waves/duplicate.ts";
import { listWaves } from "../../cli/waves/list.ts";
import { proposeWaves } from "../../cli/waves/propose.ts";
import { stackHoldings } from "../../cli/waves/stack-holdings.ts";
import { UserError } from "../../cli/failure.ts";
import { FaultsError } from "../../inventory/fault.ts";
import { toSortedJson } from "../../inventory/json.ts";
import { loadPlan } from "../../inventory/load.ts";
import { disk, vmInput } from "../planning/fixtures.ts";

describe("wavelift waves", () => {
  let inventory = "";
  let printed = "";
  const write = process.stdout.write.bind(process.stdout);

  beforeEach(async () => {
    inventory = await mkdtemp(path.join(tmpdir(), "wavelift-waves-"));
    await mkdir(path.join(inventory, "estate"));
  });
  afterEach(() => rm(inventory, { recursive: true }));

  const captured = async (work: () => Promise<number>): Promise<number> => {
    printed = "";
    process.stdout.write = (text: string | Uint8Array) => {
      printed += String(text);
      return true;
    };
    try {
      return await work();
    } finally {
      process.stdout.write = write;
    }
  };
  const putVm = (key: string, changes: object = {}): Promise<void> =>
    writeFile(
      path.join(inventory, "estate", `${key}.json`),
      toSortedJson({ ...vmInput(key), disks: [disk(2000, { file: `${key}.vmdk` })], ...changes }),
    );
  const planFile = () => path.join(inventory, "plan.yaml");
  const putPlan = (waves: string): Promise<void> =>
    writeFile(planFile(), `version: 1 # ours\ntargets: { lab: { cloud: lab } }\nwaves:${waves}\n`);
  const options = { maxVms: 2, by: ["folder"], prefix: "wave", critical: "last", dryRun: false, json: false } as const;
  const propose = (changes: object = {}) => captured(() => proposeWaves({ ...options, inventory, ...changes }));
  const plan = async () => (await loadPlan(planFile())).waves;
  const files = async (folder: string) => (await readdir(path.join(inventory, folder)).catch(() => [])).sort();

  it("writes a file a wave, whatever folders are called, and nothing when all VMs are placed", async () => {
    await putPlan(" {}");
    const folder = "/a/$(reboot)\n../../x: {}\u202e";
    for (const key of ["a", "b", "c"]) await putVm(key, { folder: key === "c" ? "/other" : folder });
    assert.equal(await propose({ dryRun: true }), 0);
    assert.deepEqual(await files("plan"), []);
    assert.equal(await propose(), 0);
    assert.deepEqual(await files("plan"), ["wave-01-a-reboot-x.yaml", "wave-02.yaml"]);
    assert.deepEqual(Object.keys((await plan())["wave-01-a-reboot-x"]?.vms ?? {}), ["a", "b"]);
    assert.doesNotMatch(printed, /[^\P{C}\n]/u);
    assert.equal(await propose(), 0);
    assert.match(printed, /Nothing was written: every VM that can be is in a wave/);
    assert.equal((await files("plan")).length, 2);
  });

  it("adds to a wave that is there without touching another byte", async () => {
    const text = "\n  w1: # by hand\n    target: lab\n    vms:\n      a: { boot: false } # why\n    # the end";
    await putPlan(text);
    await putVm("a", { folder: "/x" });
    await putVm("b", { folder: "/x" });
    const before = await readFile(planFile(), "utf8");
    assert.equal(await propose(), 0);
    const added = "      # added by wavelift waves propose: folder /x\n      b:\n";
    assert.equal(await readFile(planFile(), "utf8"), before.replace("# why\n", `# why\n${added}`));
  });

  it("refuses a plan with faults, also in the archive, and writes nothing", async () => {
    await putVm("a");
    await putPlan("\n  w1: { target: nope, vms: {} }");
    await assert.rejects(propose(), FaultsError);
    await putPlan(" {}");
    await mkdir(path.join(inventory, "plan", "archive"), { recursive: true });
    await writeFile(path.join(inventory, "plan", "archive", "old.yaml"), "version: 1\nvms: {}\n");
    await assert.rejects(propose(), FaultsError);
    assert.deepEqual(await files("plan"), ["archive"]);
  });

  it("does not propose the VMs of an archived wave", async () => {
    await putPlan(" {}");
    await putVm("a");
    await putVm("b");
    await mkdir(path.join(inventory, "plan", "archive"), { recursive: true });
    await writeFile(path.join(inventory, "plan", "archive", "old.yaml"), "version: 1\ntarget: lab\nvms: { a: {} }\n");
    await propose({ json: true });
    const told = JSON.parse(printed) as { waves: { vms: string[] }[] };
    assert.deepEqual(
      told.waves.map(({ vms }) => vms),
      [["b"]],
    );
  });

  it("archives a wave of plan.yaml with its comments, and puts it back", async () => {
    await putPlan("\n  # the first\n  w1: # by hand\n    target: lab\n    vms:\n      a: { boot: false } # why");
    await putVm("a");
    const nothing = () => Promise.resolve(null);
    assert.equal(await captured(() => archiveWave("w1", inventory, nothing)), 0);
    assert.deepEqual(await plan(), {});
    const text = await readFile(path.join(inventory, "plan", "archive", "w1.yaml"), "utf8");
    assert.equal(text, "version: 1\n# the first\ntarget: lab\nvms:\n  a: { boot: false } # why\n");
    await captured(() => listWaves({ json: false, state: false, inventory }));
    assert.match(printed, /w1 +│ archived/);
    assert.equal(await captured(() => unarchiveWave("w1", inventory)), 0);
    assert.deepEqual(Object.keys((await plan())["w1"]?.vms ?? {}), ["a"]);
    assert.deepEqual(await files("plan/archive"), []);
  });

  it("does not archive a wave that has begun and is not accepted", async () => {
    await putPlan("\n  w1: { target: lab, vms: {} }");
    const begun = () => Promise.resolve({ open: ["a"], accepted: [], others: 0 });
    await assert.rejects(archiveWave("w1", inventory, begun), /a\b.*Accept them.*or roll them back/s);
    assert.deepEqual(await files("plan"), []);
    await assert.rejects(archiveWave("w", inventory, begun), new UserError("No wave w. Did you mean w1?"));
  });

  it("duplicates a wave with its decisions, without phases and generations", async () => {
    await putPlan(" {}");
    await mkdir(path.join(inventory, "plan"));
    const text =
      "version: 1\ntarget: lab # there\ndefaults: { phase: absent, boot: false }\nvms:\n  a: { generation: 2, flavor: f } # big\n";
    await writeFile(path.join(inventory, "plan", "w1.yaml"), text);
    assert.equal(await captured(() => duplicateWave("w1", "w2", inventory)), 0);
    assert.match(printed, /preview stops for both/);
    const { w1, w2 } = await plan();
    assert.deepEqual(w2, { ...w1, defaults: { boot: false }, vms: { a: { flavor: "f" } } });
    assert.match(await readFile(path.join(inventory, "plan", "w2.yaml"), "utf8"), /# there[^]*# big/);
    for (const name of ["w1", "../w3", "W3"]) await assert.rejects(duplicateWave("w1", name, inventory), UserError);
  });

  it("checks with an exit code", async () => {
    const check = (wave?: string) => captured(() => checkCommand(wave, { maxVms: 1, by: [], json: false, inventory }));
    await putPlan("\n  w1: { target: lab, vms: { a: {}, b: {} } }\n  w2: { target: lab, vms: {} }");
    await putVm("a");
    await putVm("b");
    assert.equal(await check(), 2);
    assert.match(printed, /^Warning wave.too-large \(w1\): 2 VMs/);
    assert.equal(await check("w2"), 0);
    await assert.rejects(check("w3"), UserError);
  });
});

describe("what a stack holds of a wave", () => {
  const at = (type: string, name: string, inputs: object = {}) => ({
    urn: `urn:pulumi:w1::wavelift::${type}::${name}`,
    type,
    custom: true,
    inputs,
  });
  const volume = (name: string) => at("openstack:blockstorage/volume:Volume", name);
  const seal = (key: string, phase: string) =>
    at("command:local:Command", `${key}-seal`, { stdin: JSON.stringify({ phase }) });
  const told = (resources: object[], pending: object[] = []) =>
    stackHoldings(JSON.stringify({ deployment: { resources, pending_operations: pending } }));

  it("is nothing of an empty stack and of one with providers only", () => {
    const nothing = { open: [], accepted: [], others: 0 };
    assert.deepEqual(told([]), nothing);
    const root = { urn: "urn:pulumi:w1::wavelift::pulumi:pulumi:Stack::wavelift-w1", type: "pulumi:pulumi:Stack" };
    assert.deepEqual(told([root, at("pulumi:providers:openstack", "target-lab")]), nothing);
    assert.equal(archiveRefusal("w1", nothing), null);
    assert.equal(archiveRefusal("w1", null), null);
  });

  it("counts a VM as accepted only when its seal was run with that phase", () => {
    const resources = [
      volume("a-disk-2000"),
      seal("a", "accepted"),
      volume("b-disk-2000"),
      seal("b", "cutover"),
      volume("c-disk-2000"),
      at("openstack:compute/instance:Instance", "a"),
      at("openstack:networking/port:Port", "a-nic-4000"),
    ];
    const holdings = told(resources);
    assert.deepEqual(holdings, { open: ["b", "c"], accepted: ["a"], others: 0 });
    assert.match(archiveRefusal("w1", holdings) ?? "", /not accepted: b, c\./);
    assert.equal(archiveRefusal("w1", told(resources.slice(0, 2))), null);
  });

  it("counts what belongs to no VM, and what was interrupted", () => {
    const holdings = told([at("openstack:networking/port:Port", "x-nic-4000")], [{}]);
    assert.equal(holdings?.others, 2);
    assert.match(archiveRefusal("w1", holdings) ?? "", /2 other resource/);
  });

  it("is not known of a text that is no state", () => {
    for (const text of ["", "{", "[]", '{"deployment":{"resources":[{}]}}'])
      assert.equal(stackHoldings(text), null, text);
  });
});
