import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../conversion/failure.ts";
import type { DiskSource, SourceJob } from "../../conversion/job.ts";
import { inspectSource } from "../../conversion/source/inspect.ts";
import { checkSource } from "../../conversion/verbs/source.ts";
import {
  CAPACITY,
  makeAs,
  makeDatastore,
  makeEncrypted,
  makeRaw,
  makeVmfs,
  sourceOf,
  vmfsDescriptor,
} from "./support/disks.ts";
import { commands, tool } from "./support/tools.ts";
import { makeWorld, STACK } from "./support/world.ts";

describe("source: only one whole disk inside its datastore is taken", function () {
  this.timeout(30_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let outside: ReturnType<typeof makeDatastore>;
  let raw: string;
  let at: (name: string) => string;
  before(() => {
    datastore = makeDatastore();
    outside = makeDatastore();
    at = (name) => join(datastore.folder, name);
    raw = makeRaw(at("disk.raw"));
    makeRaw(join(outside.folder, "secret.raw"));
  });
  after(() => {
    datastore.remove();
    outside.remove();
  });

  const inspect = (file: string, format: DiskSource["format"], capacityBytes = CAPACITY) =>
    inspectSource(commands, "vm1-disk-2000", sourceOf(file, format, capacityBytes), { ds: datastore.folder });
  const refuses = (file: string, format: DiskSource["format"], message: RegExp) =>
    assert.rejects(inspect(file, format), (error) => {
      assert.match(messageOf(error), message);
      return true;
    });

  describe("paths", () => {
    it("refuses an absolute one", () => refuses(join(outside.folder, "secret.raw"), "raw", /leaves the datastore/));
    it("refuses one that climbs, though it comes back", async () => {
      mkdirSync(at("vm"));
      await refuses("vm/../disk.raw", "raw", /leaves the datastore/);
      await refuses(`../${outside.folder.split("/").at(-1) ?? ""}/secret.raw`, "raw", /leaves the datastore/);
    });
    it("refuses a symbolic link out of the datastore, of a file and of a folder", async () => {
      symlinkSync(join(outside.folder, "secret.raw"), at("link.raw"));
      symlinkSync(outside.folder, at("linked"));
      await refuses("link.raw", "raw", /symbolic link out of the datastore/);
      await refuses("linked/secret.raw", "raw", /symbolic link out of the datastore/);
    });
    it("does not take a folder of a similar name for the datastore", async () => {
      mkdirSync(`${datastore.folder}-2`);
      makeRaw(join(`${datastore.folder}-2`, "x.raw"));
      symlinkSync(join(`${datastore.folder}-2`, "x.raw"), at("sibling.raw"));
      await refuses("sibling.raw", "raw", /symbolic link out of the datastore/).finally(() => {
        rmSync(`${datastore.folder}-2`, { recursive: true });
      });
    });
    it("refuses what is no regular file, and says what is missing", async () => {
      tool("mkfifo", at("pipe"));
      await refuses("pipe", "raw", /not a regular file/);
      await refuses("none.raw", "raw", /"none.raw" is not to be had/);
    });
    it("names the datastores that runners.yaml knows", async () => {
      const source = { ...sourceOf("disk.raw", "raw"), datastore: "other" };
      await assert.rejects(
        inspectSource(commands, "d", source, { ds: datastore.folder }),
        /no folder for the datastore "other" \(it knows "ds"\)/,
      );
      await assert.rejects(
        inspectSource(commands, "d", { ...source, datastore: "constructor" }, { ds: "/" }),
        /no folder/,
      );
    });
  });

  describe("names that are traps for option parsers", () => {
    const names = [
      "a,b=c,file.filename=x",
      'it\'s "quoted"',
      "new\nline",
      "-leading",
      "json:{}",
      "rbd:volumes,x",
      "nbd:1.2.3.4:5",
      "50%\\n",
      "ümläut 文",
      "file:x",
      "fat:rw:x",
    ];
    for (const name of names)
      it(`takes ${JSON.stringify(name)} for a file name, raw and as an extent`, async () => {
        cpSync(raw, at(name));
        assert.equal((await inspect(name, "raw")).files[0]?.path, at(name));
        if (!/["\n:\\]/.test(name)) {
          makeVmfs(raw, datastore.folder, name);
          assert.equal((await inspect(`${name}.vmdk`, "vmdk")).files.length, 2);
        }
      });
  });

  describe("VMDK descriptors", () => {
    const cases: readonly (readonly [string, (good: string) => string, RegExp])[] = [
      ["an absolute extent", (text) => text.replace(/"esxi-flat.vmdk"/, '"/etc/passwd"'), /not a plain file name/],
      ["an extent in another folder", (text) => text.replace("esxi-flat", "../x-flat"), /not a plain file name/],
      [
        "an extent with a protocol",
        (text) => text.replace("esxi-flat.vmdk", "nbd:127.0.0.1:10809"),
        /not a plain file name/,
      ],
      ["a json: extent", (text) => text.replace("esxi-flat.vmdk", "json:{}"), /not a plain file name/],
      ["an extent hidden by leading blanks", (text) => `${text}\n \t RW 8 FLAT "../../x" 0\n`, /not a plain file name/],
      [
        "an extent spread over lines",
        (text) => `${text}\nRW\n8 FLAT "/etc/passwd" 0\n`,
        /of a kind that cannot be read/,
      ],
      ["a kind of extent that qemu skips", (text) => `${text}\nRW 8 ZERO\n`, /of a kind that cannot be read/],
      ["a raw device", (text) => text.replace("VMFS", "VMFSRDM"), /of a kind that cannot be read/],
      [
        "a read-only extent, which qemu skips",
        (text) => text.replace("RW ", "RDONLY "),
        /of a kind that cannot be read/,
      ],
      ["no extent", (text) => text.replace(/^RW.*$/m, ""), /names no extent/],
      ["a parent", (text) => text.replace("parentCID=ffffffff", "parentCID=fffffffe"), /snapshot of another disk/],
      ["a parent's file", (text) => `${text}\nparentFileNameHint="base.vmdk"\n`, /snapshot of "base.vmdk"/],
      [
        "more sectors than its file has",
        (text) => text.replace(/^RW \d+/m, `RW ${CAPACITY / 512 + 1}`),
        /the file is cut off/,
      ],
    ];
    for (const [what, change, message] of cases)
      it(`refuses ${what}`, async () => {
        makeVmfs(raw, datastore.folder, "esxi");
        writeFileSync(at("bad.vmdk"), change(readFileSync(at("esxi.vmdk"), "utf8")));
        await refuses("bad.vmdk", "vmdk", message);
      });
    it("refuses an extent that is a symbolic link out of the datastore", async () => {
      symlinkSync(join(outside.folder, "secret.raw"), at("evil-flat.vmdk"));
      writeFileSync(at("evil.vmdk"), vmfsDescriptor("evil-flat.vmdk", CAPACITY / 512));
      await refuses("evil.vmdk", "vmdk", /symbolic link out of the datastore/);
    });
    it("refuses a flat file without its descriptor, and an ESXi snapshot's extent", async () => {
      makeVmfs(raw, datastore.folder, "esxi");
      await refuses("esxi-flat.vmdk", "vmdk", /A flat file\? Name its descriptor/);
      writeFileSync(at("delta.vmdk"), Buffer.concat([Buffer.from("COWD"), Buffer.alloc(2048)]));
      await refuses("delta.vmdk", "vmdk", /extent of a snapshot/);
    });
    it("takes a descriptor with carriage returns, an empty end and another case", async () => {
      makeVmfs(raw, datastore.folder, "esxi");
      const text = readFileSync(at("esxi.vmdk"), "utf8")
        .replaceAll("\n", "\r\n")
        .replace("parentCID=ffffffff", "parentCID=FFFFFFFF");
      writeFileSync(at("crlf.vmdk"), `${text}\0\0\0`);
      assert.equal((await inspect("crlf.vmdk", "vmdk")).files.length, 2);
    });
  });

  describe("whole disks only", () => {
    for (const subformat of ["monolithicSparse", "streamOptimized"])
      it(`refuses a ${subformat} VMDK that is cut off`, async () => {
        const file = makeAs(raw, "vmdk", at(`${subformat}.vmdk`), `subformat=${subformat}`);
        assert.equal((await inspect(`${subformat}.vmdk`, "vmdk")).files.length, 1);
        truncateSync(file, 5 * 1024 * 1024);
        await refuses(`${subformat}.vmdk`, "vmdk", /damaged or cut off|cannot be opened/);
      });
    it("refuses a split VMDK with a part cut off or missing", async () => {
      makeAs(raw, "vmdk", at("split.vmdk"), "subformat=twoGbMaxExtentSparse");
      truncateSync(at("split-s001.vmdk"), 5 * 1024 * 1024);
      await refuses("split.vmdk", "vmdk", /damaged or cut off/);
      rmSync(at("split-s001.vmdk"));
      await refuses("split.vmdk", "vmdk", /"split-s001.vmdk" is not to be had/);
    });
    it("refuses sparse VMDKs with a parent in the embedded descriptor", async () => {
      const base = makeAs(raw, "vmdk", at("base.vmdk"));
      tool("qemu-img", "create", "-f", "vmdk", "-b", base, "-F", "vmdk", at("child.vmdk"));
      await refuses("child.vmdk", "vmdk", /is a snapshot of/);
    });
    it("refuses a QCOW2 with a backing file, an external data file or encryption, before it is opened", async () => {
      tool("qemu-img", "create", "-f", "qcow2", "-b", raw, "-F", "raw", at("child.qcow2"));
      await refuses("child.qcow2", "qcow2", /is not taken: it has a backing file/);
      tool(
        "qemu-img",
        "create",
        "-f",
        "qcow2",
        "-o",
        `data_file=${at("data.bin")}`,
        at("outer.qcow2"),
        String(CAPACITY),
      );
      await refuses("outer.qcow2", "qcow2", /is not taken: .*external data file/);
      makeEncrypted(at("luks.qcow2"));
      await refuses("luks.qcow2", "qcow2", /is encrypted/);
    });
    it("refuses a raw disk that poses as a QCOW2 only where it is called one", async () => {
      assert.equal((await inspect("disk.raw", "raw")).files.length, 1);
      await refuses("disk.raw", "qcow2", /has a backing file/);
    });
    it("refuses VHD and VHDX differencing disks, and a VHD that is cut off", async () => {
      const vhd = readFileSync(makeAs(raw, "vpc", at("base.vhd"), "force_size"));
      vhd.writeUInt32BE(4, vhd.length - 512 + 60);
      writeFileSync(at("child.vhd"), vhd);
      await refuses("child.vhd", "vhd", /differencing disk/);
      writeFileSync(at("cut.vhd"), vhd.subarray(0, vhd.length - 1024));
      await refuses("cut.vhd", "vhd", /no VHD footer/);
      const vhdx = readFileSync(makeAs(raw, "vhdx", at("base.vhdx")));
      const parameters = vhdx.indexOf(Buffer.from("3767a1ca36fa434db3b633f0aa44e76b", "hex"));
      const region = vhdx.indexOf(Buffer.from("metadata", "latin1"));
      const flags = region + vhdx.readUInt32LE(parameters + 16) + 4;
      vhdx.writeUInt32LE(vhdx.readUInt32LE(flags) | 2, flags);
      writeFileSync(at("child.vhdx"), vhdx);
      await refuses("child.vhdx", "vhdx", /differencing disk/);
    });
    it("reads a VHD in the size that its footer says, also where the geometry is smaller", async () => {
      // A creator that qemu does not know makes it use the geometry, which rounds.
      const vhd = readFileSync(makeAs(raw, "vpc", at("vbox.vhd"), "force_size"));
      for (const footer of [0, vhd.length - 512]) {
        vhd.write("vbox", footer + 28, "latin1");
        vhd.writeUInt32BE(0, footer + 64);
        const sum = vhd.subarray(footer, footer + 512).reduce((total, byte) => total + byte, 0);
        vhd.writeUInt32BE(~sum >>> 0, footer + 64);
      }
      writeFileSync(at("vbox.vhd"), vhd);
      assert.equal((await inspect("vbox.vhd", "vhd")).files.length, 1);
    });
    it("refuses another size than the estate's", () =>
      assert.rejects(inspect("disk.raw", "raw", CAPACITY - 512), /has 72353280 bytes, the estate says 72352768/));
  });

  describe("nobody writes the files", () => {
    const job: SourceJob = {
      version: 1,
      stack: STACK,
      vm: "vm1",
      generation: 1,
      target: "lab",
      cloud: "lab",
      disks: [{ disk: "vm1-disk-2000", source: sourceOf("disk.raw", "raw") }],
    };
    const check = () => checkSource(makeWorld(datastore.folder), { verb: "source", job });

    it("takes closed files, and files that are open for reading", async () => {
      const file = openSync(raw, "r");
      const outcome = await check();
      closeSync(file);
      assert.equal(outcome.kind === "report" && outcome.report.result, "closed");
    });
    it("refuses a file that a process has open for writing, by its number", async () => {
      const file = openSync(raw, "r+");
      await assert.rejects(check(), new RegExp(`process ${process.pid} \\(.*\\) has "disk.raw" open for writing`));
      closeSync(file);
    });
    it("refuses VMware's locks, but not one that was left behind", async () => {
      mkdirSync(at("disk.raw.lck"));
      writeFileSync(at("disk.raw.lck/M1.lck"), "");
      await assert.rejects(check(), /"disk.raw.lck" exists: VMware Workstation/);
      rmSync(at("disk.raw.lck"), { recursive: true });
      writeFileSync(at(".lck-3409000000000000"), "");
      await assert.rejects(check(), /an ESXi host has files of this folder open/);
      const longAgo = Date.now() / 1000 - 3600;
      utimesSync(at(".lck-3409000000000000"), longAgo, longAgo);
      await check();
    });
    it("tells the faults of all disks at once", async () => {
      const disks = ["x.raw", "y.raw"].map((file) => ({ disk: file, source: sourceOf(file, "raw") }));
      await assert.rejects(
        checkSource(makeWorld(datastore.folder), { verb: "source", job: { ...job, disks } }),
        /x\.raw.*not to be had[^]*y\.raw.*not to be had/,
      );
    });
  });
});
