import assert from "node:assert/strict";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { stringify } from "yaml";
import { project } from "../../cli/project.ts";
import { type Preview, StoredWave, WAVE } from "./stored-wave.ts";

/** What would end a VM's life as it is. Updates of Commands are let go: a sealed disk's `sync` only reports. */
function harm({ steps }: Preview): string[] {
  const made = steps.filter(({ op, resource }) => op !== "update" || !resource.startsWith("command:"));
  return made.map(({ op, resource, differs }) => `${op} ${resource} ${differs.join(" ")}`.trim()).sort();
}

/** The project somewhere else, as a newer version whose conversion program is another one. */
async function newerClone(folder: string): Promise<string> {
  const clone = path.join(folder, "elsewhere");
  const { stdout } = await execa("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: project });
  const needed = stdout.split("\n").filter((file) => !/^(test|lab|toolchain|docs)\//.test(file));
  for (const file of needed) cpSync(path.join(project, file), path.join(clone, file));
  mkdirSync(path.join(clone, "lab"), { recursive: true });
  symlinkSync(path.join(project, "node_modules"), path.join(clone, "node_modules"));
  symlinkSync(path.join(project, "toolchain"), path.join(clone, "toolchain"));
  for (const [file, from, to] of [
    ["package.json", /"version": ".*"/, '"version": "99.0.0"'],
    ["conversion/main.ts", /$/, "\n// Another bundle.\n"],
  ] as const)
    writeFileSync(path.join(clone, file), readFileSync(path.join(clone, file), "utf8").replace(from, to));
  return clone;
}

/** A migrated wave and what people and machines change beside it: nothing of it reaches what is there. */
describe("a finished wave of version 0.1.0", function () {
  this.timeout(300_000);
  const wave = new StoredWave("v0.1.0");
  before(() => wave.open());
  after(() => wave.close());
  beforeEach(() => {
    wave.restore();
  });

  it("is what this version would make: its preview changes nothing", async () => {
    const preview = await wave.preview();
    assert.equal(preview.exitCode, 0, preview.said);
    assert.deepEqual(preview.steps, []);
  });

  /** The source after the migration: off, silent, renamed, moved; and a smaller flavor has come. */
  function sourceMovesOn(): void {
    wave.editVm("up-two", (vm) => ({
      ...vm,
      name: "renamed at the source",
      powerState: "poweredOff",
      toolsState: "notRunning",
      hostName: null,
      memoryMiB: 300,
      disks: [
        ...vm.disks.map((disk) => ({ ...disk, file: `moved/${disk.file}`, unit: 7 - disk.unit, label: "Renamed" })),
        { ...vm.disks[0], deviceKey: 2009, label: "Hard disk 9", file: "added.raw", unit: 9 },
      ],
      nics: vm.nics.map((nic) => ({ ...nic, macAddress: "00:50:56:0b:00:ff", addresses: [], connected: false })),
    }));
    const [flavor] = wave.offer.flavors.filter(({ name }) => name === "lab.small");
    assert.ok(flavor);
    wave.offer = {
      ...wave.offer,
      flavors: [...wave.offer.flavors, { ...flavor, id: "f", name: "lab.odd", memoryMiB: 400 }],
    };
  }

  it("stays as it is for another clone, version, runner and estate, and says what it does not follow", async () => {
    sourceMovesOn();
    writeFileSync(
      path.join(wave.folder, "runners.yaml"),
      stringify({ version: 1, slots: 9, datastores: {}, storage: {} }),
    );
    const preview = await wave.preview(await newerClone(wave.folder));
    assert.equal(preview.exitCode, 0, preview.said);
    assert.deepEqual(preview.steps, []);
    for (const told of [
      /up-two: .*\[plan\.held\].*boot stays true/,
      /flavor stays lab\.small.*lab\.odd/,
      /name stays up-two/,
      /addresses stays 10\.20\.0\.120/,
      /nic 4000 MAC: .* -> 00:50:56:0b:00:ff: is not applied/,
      /disk 2000 source: .*moved\/two-a\.raw.*: is not applied/,
      /disk 2009 came to the source.*not migrated/,
    ])
      assert.match(preview.said, told);
  });

  it("stays as it is when it is planned again, also by name, with every edit of the plan that would replace", async () => {
    sourceMovesOn();
    wave.editPlan((text) =>
      text
        .replace("network: lab-flat", "network: lab-vxlan")
        .replace("test: ceph", "test: ceph-fast")
        .replace(
          '        imageProperties:\n          os_shutdown_timeout: "1"',
          [
            'imageProperties: { os_shutdown_timeout: "1" }',
            "bootDisk: 2001",
            "availabilityZone: nova",
            "serverGroup: apart",
            "generation: 2",
            "boot: true",
            "flavor: lab.small",
            'name: "{key}"',
            'nics: { "4000": { addresses: ["10.20.0.120"] } }',
          ]
            .map((line) => `        ${line}`)
            .join("\n"),
        )
        .replace("waves:\n", "serverGroups:\n  apart: { policy: anti-affinity }\nwaves:\n"),
    );
    const said = `${await wave.plan()}\n${await wave.plan("--vm", "up-two", "up-off", "up-pre")}`;
    for (const told of [
      /up-two nic 4000 network: lab-flat .* -> lab-vxlan .*is not applied/,
      /up-two disk 2000 volume type: ceph -> ceph-fast .*: is not applied/,
      /disk 2009 came to the source/,
      /availability zone: none -> nova: is not applied/,
      /server group: none -> apart: is not applied/,
      /generation: 1 -> 2: is not applied/,
    ])
      assert.match(said, told);
    const preview = await wave.preview();
    assert.equal(preview.exitCode, 0, preview.said);
    // Planned by name, the volumes take the source's new names into their descriptions, in place.
    assert.deepEqual(harm(preview), [
      "update openstack:blockstorage/volume:Volume up-two-disk-2000 description",
      "update openstack:blockstorage/volume:Volume up-two-disk-2001 description",
    ]);
  });

  it("loses nothing to a wave file that was edited by hand in every input that replaces", async () => {
    wave.editWave((file) => ({
      ...file,
      vms: file.vms.map((vm) => ({
        ...vm,
        availabilityZone: "nova",
        generation: 2,
        disks: [...vm.disks].reverse().map((disk) => ({ ...disk, volumeType: "ceph-fast" })),
        nics: vm.nics.map((nic) => ({ ...nic, networkId: "other", macAddress: "00:50:56:0b:00:fe" })),
      })),
    }));
    const preview = await wave.preview();
    assert.deepEqual(
      harm(preview).filter((step) => !step.startsWith("update ")),
      [],
      preview.said,
    );
  });

  it("is stopped by a wave file that would take its volumes away", async () => {
    wave.editWave((file) => ({ ...file, vms: file.vms.map((vm) => ({ ...vm, disks: vm.disks.slice(0, 1) })) }));
    const preview = await wave.preview();
    assert.notEqual(preview.exitCode, 0);
    assert.match(preview.said, /up-two: .*\[volume\.lost\].*up-two-disk-2001/);
  });

  it("keeps what has begun going, and leaves out a VM that is stopped", async () => {
    const file = path.join(wave.inventory, "estate", "up-new.json");
    writeFileSync(file, readFileSync(file.replace("new", "off"), "utf8").replaceAll("up-off", "up-new"));
    wave.editPlan((text) => `${text}      up-new: {}\n`);
    assert.match(await wave.plan(), /up-new: .*\[ip\.duplicate\]/);
    const preview = await wave.preview();
    assert.match(preview.said, /What has begun goes on; what has not is left out of this run:\n +up-new: /);
    assert.notEqual(preview.exitCode, 0, "a run that left something out is no good run");
    assert.deepEqual(preview.steps, []);
    assert.equal(wave.waveFile.wave, WAVE);
  });
});
