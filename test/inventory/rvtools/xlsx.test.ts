import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { readRvtools } from "../../../inventory/readers/rvtools/rvtools.ts";
import { readXlsx } from "../../../inventory/readers/rvtools/xlsx.ts";
import type { Finding } from "../../../inventory/readers/reader.ts";
import { sorted } from "./tables.ts";
import { workbook, type WorkbookOptions, zip } from "./workbook.ts";

const headers = [
  "VM",
  "Powerstate",
  "Template",
  "CPUs",
  "Memory",
  "NICs",
  "Disks",
  "Firmware",
  "Annotation",
  "Kostenstelle",
];
const sheets = {
  vInfo: [
    [...headers, "Datacenter", "VM ID", "VI SDK Server"],
    ["web01 & <co>", "poweredOn", false, 2, 4096, 0, 1, "efi", "two\nlines", 4711, "DC", "vm-1", "VC1"],
    ["007", "poweredOff", true, 1, 1024, 0, 0, "bios", null, null, "DC", "vm-2", "VC1"],
  ],
  vDisk: [
    ["VM", "Disk", "Disk Key", "Disk Path", "Capacity MiB", "Controller", "Label", "Unit #", "VM ID", "VI SDK Server"],
    [
      "web01",
      "Hard disk 1",
      2000,
      "[ds1] web01/web01.vmdk",
      10_240,
      "VMware paravirtual SCSI",
      "SCSI controller 0",
      0,
      "vm-1",
      "VC1",
    ],
  ],
  vHealth: [
    ["Name", "Message"],
    ["nothing", "of ours"],
  ],
};

describe("a workbook of RVTools", () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "wavelift-xlsx-"));
    file = path.join(folder, "export.xlsx");
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  async function read(content: Buffer): Promise<ReturnType<typeof sorted>> {
    writeFileSync(file, content);
    const findings: Finding[] = [];
    for await (const finding of readRvtools(file, { datastore: "", datastoreFolder: "" })) findings.push(finding);
    return sorted(findings);
  }

  const writers: readonly (readonly [string, WorkbookOptions])[] = [
    ["with shared strings", {}],
    ["with texts in its cells", { inline: true }],
    ["with a prefix on every element", { prefix: "x:" }],
  ];
  for (const [what, options] of writers)
    it(`${what} is read with all that its tabs tell`, async () => {
      const { vms, faults } = await read(await workbook(sheets, options));
      assert.deepEqual(faults, []);
      const [web, other] = vms;
      assert.deepEqual(
        [web?.name, web?.annotation, web?.firmware, web?.template],
        ["web01 & <co>", "two\nlines", "efi", false],
      );
      assert.deepEqual(web?.customAttributes, { Kostenstelle: "4711" });
      assert.deepEqual([web.disks[0]?.deviceKey, web.disks[0]?.controller.model], [2000, "pvscsi"]);
      assert.deepEqual([other?.name, other?.template, other?.source.id], ["007", true, "vm-2"]);
    });

  it("whose cells have no references, or formulas, is read by position and by the stored values", async () => {
    const row = (cells: string): string => `<row>${cells}</row>`;
    const text = (value: string): string => `<c t="inlineStr"><is><r><t>${value}</t></r><rPh><t>no</t></rPh></is></c>`;
    const sheet = `<worksheet><sheetData>${row(["VM", "Powerstate", "CPUs", "Memory"].map(text).join(""))}${row(
      `${text("a_x0041_")}${text("poweredOff")}<c><f>1+1</f><v>2</v></c><c t="str"><f>WEBSERVICE("http://x")</f><v>512</v></c>`,
    )}</sheetData></worksheet>`;
    const { vms } = await read(await workbook(sheets, { parts: { "xl/worksheets/sheet0.xml": sheet } }));
    assert.deepEqual([vms[0]?.name, vms[0]?.cpus, vms[0]?.memoryMiB], ["aA", 2, 512]);
  });

  const broken: readonly (readonly [string, () => Promise<Buffer>, RegExp])[] = [
    ["a document type", () => sheet('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'), /document type/],
    ["nesting without end", () => sheet("<a>".repeat(100)), /more than 32 levels/],
    ["a text without end", () => sheet(`<worksheet>${"a".repeat(5 << 20)}`), /a text that does not end/],
    ["a comment without end", () => sheet(`<worksheet><!--${"a".repeat(5 << 20)}`), /a text that does not end/],
    ["a sheet that is cut off", () => sheet("<worksheet><sheetData><row>"), /unclosed tag/],
    ["columns without end", () => sheet('<worksheet><row><c r="ZZZ1"><v>1</v></c></row></worksheet>'), /columns/],
    [
      "strings that are not there",
      () => sheet('<worksheet><row><c t="s"><v>99</v></c></row></worksheet>'),
      /shared string 99/,
    ],
    ["no workbook", () => zip({ "a.txt": "b" }), /no workbook/],
    [
      "an index that is too large",
      () => workbook(sheets, { parts: { "xl/workbook.xml": " ".repeat(2 << 20) } }),
      /inflates to 2097152/,
    ],
    [
      "too many entries",
      async () => {
        const content = await workbook(sheets);
        content.writeUInt16LE(10_001, content.length - 12); // the count at the archive's end
        return content;
      },
      /10001 entries/,
    ],
    ["a truncated archive", async () => (await workbook(sheets)).subarray(0, 900), /[Ee]nd of central directory/],
    ["an old or protected format", () => Promise.resolve(Buffer.from("d0cf11e0a1b11ae1", "hex")), /Excel 97/],
    ["nothing", () => Promise.resolve(Buffer.alloc(0)), /central directory/],
    ["external links only", () => workbook({}, { parts: { "xl/_rels/workbook.xml.rels": external } }), /no tab vInfo/],
  ];
  const external = `<Relationships><Relationship Id="a" Type="x/worksheet" Target="file:///etc/passwd" TargetMode="External"/></Relationships>`;
  const sheet = (xml: string): Promise<Buffer> => workbook(sheets, { parts: { "xl/worksheets/sheet0.xml": xml } });
  for (const [what, content, message] of broken)
    it(`with ${what} is a fault, and no more`, async () => {
      const { vms, faults } = await read(await content());
      assert.deepEqual([vms.length, faults.length], [0, 1], faults.join());
      assert.match(faults[0] ?? "", message);
    });

  it("whose sheet says less than it holds is stopped where that ends", async () => {
    const bomb = await workbook(
      { vInfo: sheets.vInfo },
      { parts: { "xl/worksheets/sheet0.xml": " ".repeat(4 << 20) } },
    );
    const name = Buffer.from("xl/worksheets/sheet0.xml");
    for (let at = bomb.indexOf(name); at >= 0; at = bomb.indexOf(name, at + 1)) {
      if (bomb.readUInt32LE(at - 46) === 0x02014b50) bomb.writeUInt32LE(100, at - 46 + 24);
      if (bomb.readUInt32LE(at - 30) === 0x04034b50) bomb.writeUInt32LE(100, at - 30 + 22);
    }
    const { faults } = await read(bomb);
    assert.match(faults.join(), /too many bytes in the stream/);
  });

  it("of which one sheet is damaged still tells the others", async () => {
    const { vms, faults } = await read(await workbook(sheets, { parts: { "xl/worksheets/sheet1.xml": "<worksheet" } }));
    assert.deepEqual([vms.length, faults.length, vms[0]?.notTold.includes("disks")], [2, 1, true]);
  });

  it("gives up where headers are not found, and says so", async () => {
    const content = await workbook({ vInfo: Array.from({ length: 20 }, () => ["a", "b"]) });
    writeFileSync(file, content);
    const { tables, faults } = await readXlsx(file, () => undefined);
    assert.deepEqual([tables.length, faults[0]?.value], [0, "no headers that are known"]);
  });
});
