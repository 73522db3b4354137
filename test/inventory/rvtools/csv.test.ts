import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Finding } from "../../../inventory/readers/reader.ts";
import { readRvtools } from "../../../inventory/readers/rvtools/rvtools.ts";
import { sorted } from "./tables.ts";

const text = 'VM,Powerstate,CPUs,Memory,Annotation\r\nmüller,poweredOff,2,"1,024","a\r\nb ""c"""\r\n';
const utf16 = (start: string): Buffer => Buffer.from(start + text, "utf16le");

async function read(place: string): Promise<ReturnType<typeof sorted>> {
  const findings: Finding[] = [];
  for await (const finding of readRvtools(place, { datastore: "", datastoreFolder: "" })) findings.push(finding);
  return sorted(findings);
}

describe("CSVs of RVTools", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-rvtools-"));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(path.join(folder, name), content);
    return path.join(folder, name);
  };

  const encodings: readonly (readonly [string, Buffer])[] = [
    ["UTF-8", Buffer.from(text)],
    ["UTF-8 with a byte-order mark", Buffer.from(`\uFEFF${text}`)],
    ["UTF-16 with a byte-order mark", utf16("\uFEFF")],
    ["UTF-16 without", utf16("")],
    ["big-endian UTF-16", utf16("\uFEFF").swap16()],
    ["Latin-1", Buffer.from(text, "latin1")],
    ["semicolons", Buffer.from(text.replaceAll(/,(?!0)/g, ";"))],
    ["tabs", Buffer.from(text.replaceAll(/,(?!0)/g, "\t"))],
    ["a line for Excel", Buffer.from(`sep=;\r\n${text.replaceAll(/,(?!0)/g, ";")}`)],
    ["a title above", Buffer.from(`Report of Monday\r\n${text}`)],
  ];
  for (const [what, content] of encodings)
    it(`in ${what} are read`, async () => {
      const { vms, faults } = await read(write("RVTools_tabvInfo.csv", content));
      assert.deepEqual(faults, []);
      assert.deepEqual([vms[0]?.name, vms[0]?.memoryMiB, vms[0]?.annotation], ["müller", 1024, 'a\r\nb "c"']);
    });

  it("of version 3, in Latin-1 with semicolons, MB and grouped digits, tell what they know", async () => {
    const { vms, sources, faults } = await read(path.join(import.meta.dirname, "v3"));
    assert.deepEqual(faults, []);
    const [db, other] = vms;
    assert.deepEqual(
      [db?.name, db?.memoryMiB, db?.guestId, db?.firmware, db?.secureBoot],
      ["db-zürich", 16_384, "rhel6_64Guest", "bios", null],
    );
    assert.deepEqual(db?.customAttributes, {
      Eigentümer: "Müller",
      NB_LAST_BACKUP: "Sat Jan 20 05:26:53 2018\n,bkp01",
    });
    assert.deepEqual(
      db.disks.map(({ deviceKey, capacityBytes, rdm }) => [deviceKey, capacityBytes, rdm]),
      [
        [2000, 40_960 * 2 ** 20, "none"],
        [2019, 2 ** 40, "physical"],
      ],
    );
    assert.deepEqual(
      [other?.snapshots[0]?.createdAt, other?.disks[0]?.parentFile],
      ["2017-11-28T16:14:28", "59/59.vmdk"],
    );
    assert.deepEqual([sources[0]?.server, sources[0]?.hosts[0]?.cpuCores], ["vc.example.org", 16]);
    assert.deepEqual(sources[0]?.datastores[0]?.capacityBytes, 2_097_152 * 2 ** 20);
  });

  it("of version 4, saved again by a German Excel, tell the same with their words for true and false", async () => {
    const { vms, faults, notes } = await read(path.join(import.meta.dirname, "v4-german"));
    assert.deepEqual(faults, []);
    const [web, template] = vms;
    assert.deepEqual([web?.name, web?.template, web?.secureBoot, web?.changeTracking], ["web01", false, true, true]);
    assert.deepEqual(
      [web?.instanceUuid, web?.disks[0]?.controller.model, web?.disks[0]?.thin],
      ["5012aabb-0000-0000-0000-000000000001", "pvscsi", true],
    );
    assert.deepEqual(
      [web?.nics[0]?.addresses[0]?.address, web?.customAttributes["Kostenstelle"]],
      ["10.20.0.5", "4711"],
    );
    assert.deepEqual([template?.name, template?.template], ["tmpl-win", true]);
    assert.deepEqual(notes.length, 3, notes.join("\n"));
  });

  it("that begin alike are one export; exports in folders below are others; links are not followed", async () => {
    write("RVTools_tabvInfo.csv", text);
    write("RVTools_tabvHBA.csv", "not read");
    write("vc2_vInfo.csv", text.replace("müller", "meier"));
    mkdirSync(path.join(folder, "vc3"));
    writeFileSync(path.join(folder, "vc3", "RVTools_tabvInfo.csv"), text.replace("müller", "schulz"));
    symlinkSync("/etc", path.join(folder, "etc"));
    symlinkSync(path.join(folder, "RVTools_tabvInfo.csv"), path.join(folder, "linked_vInfo.csv"));
    const { vms, faults } = await read(folder);
    assert.deepEqual([vms.map(({ name }) => name).sort(), faults], [["meier", "müller", "schulz"], []]);
    assert.deepEqual(new Set(vms.map(({ source: { server } }) => server)).size, 3);
  });

  it("that are cut off in a quoted cell are a fault with the line; the rows before are read", async () => {
    const { vms, faults } = await read(write("RVTools_tabvInfo.csv", `${text}next,poweredOn,1,1,"cut of`));
    assert.deepEqual(
      vms.map(({ name }) => name),
      ["müller"],
    );
    assert.match(faults.join(), /Quote Not Closed/);
  });

  it("without headers, without vInfo, or of nothing are faults", async () => {
    assert.match((await read(write("RVTools_tabvInfo.csv", "a,b\n".repeat(12)))).faults.join(), /no headers/);
    assert.match((await read(write("RVTools_tabvDisk.csv", "VM,Capacity MiB\n"))).faults.join(), /no tab vInfo/);
    mkdirSync(path.join(folder, "empty"));
    assert.match((await read(path.join(folder, "empty"))).faults.join(), /none/);
  });

  it("of one row without end are stopped", async () => {
    const { faults } = await read(write("RVTools_tabvInfo.csv", `VM,Powerstate\n${"x".repeat(5 << 20)}`));
    assert.match(faults.join(), /Max Record Size/);
    const wide = await read(write("RVTools_tabvInfo.csv", `VM,Powerstate\n${",".repeat(5000)}`));
    assert.match(wide.faults.join(), /more than 4096 cells/);
  });

  it("keep hostile names as they are, and harmless in what is printed", async () => {
    const hostile = ["../../etc", "$(reboot)", "a\u202eb", "x\ny", "- [yaml]: {}", "n".repeat(4096)];
    const rows = hostile.map((name) => `"${name}",poweredOff,1,1`).join("\n");
    const { vms } = await read(write("RVTools_tabvInfo.csv", `VM,Powerstate,CPUs,Memory\n${rows}`));
    assert.deepEqual(
      vms.map(({ name }) => name),
      hostile,
    );
    const long = await read(
      write(
        "RVTools_tabvInfo.csv",
        `VM,Powerstate,CPUs,Memory\n${"n".repeat(4097)}\u202e,poweredOff,1,1\nok,poweredOff,1,1`,
      ),
    );
    assert.deepEqual([long.vms.length, long.faults.length], [1, 1]);
    assert.ok(!/\u202e/.test(long.faults.join()));
  });
});
