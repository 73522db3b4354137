import assert from "node:assert/strict";
import {
  appendFileSync,
  closeSync,
  cpSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { messageOf } from "../../conversion/failure.ts";
import type { DiskSource } from "../../conversion/job.ts";
import { inspectDisk } from "../../conversion/source/inspect-disk.ts";
import { CAPACITY, makeAs, makeCompressed, makeDatastore, makeRaw, sourceOf, vmfsDescriptor } from "./support/disks.ts";
import { sameContents } from "./support/read-contents.ts";
import { tool } from "./support/tools.ts";
import { makeWorld } from "./support/world.ts";

describe("transport ova: a member of an archive, where it lies", function () {
  this.timeout(60_000);
  let datastore: ReturnType<typeof makeDatastore>;
  let raw: string;
  let at: (name: string) => string;
  before(() => {
    datastore = makeDatastore();
    at = (name) => join(datastore.folder, name);
    raw = makeRaw(at("disk.raw"));
    writeFileSync(at("vm.ovf"), "<Envelope/>");
  });
  after(() => {
    datastore.remove();
  });

  /** An archive of the .ovf and these files, by the tar that is installed. */
  const archive = (name: string, files: readonly string[], format = "ustar"): string => {
    tool("tar", `--format=${format}`, "-cf", at(name), "-C", datastore.folder, "vm.ovf", ...files);
    return name;
  };
  const memberOf = (file: string, member: string, format: DiskSource["format"]): DiskSource => ({
    ...sourceOf(file, format),
    transport: "ova",
    member,
  });
  const inspect = (source: DiskSource) => inspectDisk(makeWorld(datastore.folder), "vm1-disk-2000", source);
  const refuses = (source: DiskSource, message: RegExp) =>
    assert.rejects(inspect(source), (error) => {
      assert.equal(error instanceof Error && error.name, "Failure", messageOf(error));
      assert.match(messageOf(error), message);
      return true;
    });

  describe("gives every format byte for byte", () => {
    const stream = (): string => makeAs(raw, "vmdk", at("s.vmdk"), "subformat=streamOptimized");
    const formats: readonly (readonly [string, DiskSource["format"], () => string])[] = [
      ["streamOptimized VMDK", "vmdk", stream],
      ["monolithicSparse VMDK", "vmdk", () => makeAs(raw, "vmdk", at("m.vmdk"))],
      ["raw", "raw", () => raw],
      ["QCOW2, compressed", "qcow2", () => makeCompressed(raw, at("c.qcow2"))],
      ["VHD", "vhd", () => makeAs(raw, "vpc", at("d.vhd"), "subformat=dynamic,force_size")],
      ["VHDX", "vhdx", () => makeAs(raw, "vhdx", at("d.vhdx"))],
      ["VDI", "vdi", () => makeAs(raw, "vdi", at("d.vdi"))],
    ];
    for (const [name, format, make] of formats)
      for (const kind of ["ustar", "gnu", "pax"])
        it(`${name}, ${kind} archive`, async () => {
          const file = basename(make());
          const found = await inspect(memberOf(archive("vm.ova", [file], kind), file, format));
          assert.match(found.how, new RegExp(`"${file}" in "vm.ova", in place`));
          await found.expectUnused();
          assert.equal(await sameContents(await found.open(), raw), true, "other contents than the disk");
          assert.deepEqual(await found.changes(), []);
        });
  });

  it("takes a member whose name has a folder, commas and quotes, and one that tar wrote with ./", async () => {
    const name = 'fo,ld"er/disk,file.filename=x.raw';
    mkdirSync(dirname(at(name)), { recursive: true });
    cpSync(raw, at(name));
    const found = await inspect(memberOf(archive("odd,name=1.ova", [`./${name}`]), name, "raw"));
    assert.equal(await sameContents(await found.open(), raw), true);
  });

  describe("refuses what is not one whole disk", () => {
    before(() => {
      makeAs(raw, "vmdk", at("s.vmdk"), "subformat=streamOptimized");
      archive("good.ova", ["s.vmdk"]);
    });
    const good = () => memberOf("good.ova", "s.vmdk", "vmdk");

    it("a member that is not there, and names those that are", () =>
      refuses(memberOf("good.ova", "other.vmdk", "vmdk"), /has no member "other.vmdk" \(it has "vm.ovf", "s.vmdk"\)/));
    it("a job that names no member", () =>
      refuses({ ...sourceOf("good.ova", "vmdk"), transport: "ova" }, /the job names none in "good.ova"/));
    it("an archive whose end is missing, in a member and in a header", async () => {
      cpSync(at("good.ova"), at("cut.ova"));
      truncateSync(at("cut.ova"), statSync(at("good.ova")).size - 200_000);
      await refuses({ ...good(), file: "cut.ova" }, /"cut.ova" is not taken: it is cut off/);
      truncateSync(at("cut.ova"), 1100);
      await refuses({ ...good(), file: "cut.ova" }, /"cut.ova" is not taken: it is cut off/);
    });
    it("a disk that was cut off before it came into the archive", async () => {
      cpSync(at("s.vmdk"), at("short.vmdk"));
      truncateSync(at("short.vmdk"), 5 * 1024 * 1024);
      await refuses(
        memberOf(archive("short.ova", ["short.vmdk"]), "short.vmdk", "vmdk"),
        /damaged or cut off|cannot be/,
      );
    });
    it("two members of one name", async () => {
      archive("twice.ova", ["s.vmdk"]);
      tool("tar", "-rf", at("twice.ova"), "-C", datastore.folder, "s.vmdk");
      await refuses({ ...good(), file: "twice.ova" }, /"twice.ova" is not taken: two members are called "s.vmdk"/);
    });
    it("a compressed member, and a compressed archive, with what to do", async () => {
      tool("gzip", "-k", at("s.vmdk"));
      archive("gz.ova", ["s.vmdk.gz"]);
      await refuses(memberOf("gz.ova", "s.vmdk.gz", "vmdk"), /compressed \(gzip\): it cannot be read in place. Unpack/);
      renameSync(at("s.vmdk.gz"), at("hidden.vmdk"));
      archive("hidden.ova", ["hidden.vmdk"]);
      await refuses(memberOf("hidden.ova", "hidden.vmdk", "vmdk"), /compressed \(gzip\): it cannot be read in place/);
      tool("gzip", "-k", at("good.ova"));
      await refuses({ ...good(), file: "good.ova.gz" }, /the archive "good.ova.gz" is compressed \(gzip\)/);
    });
    it("a file that is no archive", () => refuses({ ...good(), file: "s.vmdk" }, /is not taken: it is no tar archive/));
    it("a snapshot: VMDK with a parent in it, QCOW2 with a backing file", async () => {
      tool(
        "qemu-img",
        "create",
        "-f",
        "vmdk",
        "-b",
        makeAs(raw, "vmdk", at("base.vmdk")),
        "-F",
        "vmdk",
        at("child.vmdk"),
      );
      tool("qemu-img", "create", "-f", "qcow2", "-b", raw, "-F", "raw", at("child.qcow2"));
      archive("child.ova", ["child.vmdk", "child.qcow2"]);
      await refuses(memberOf("child.ova", "child.vmdk", "vmdk"), /is a snapshot of/);
      await refuses(memberOf("child.ova", "child.qcow2", "qcow2"), /it has a backing file/);
    });
    it("a descriptor that names other files", async () => {
      writeFileSync(at("d.vmdk"), vmfsDescriptor("d-flat.vmdk", CAPACITY / 512));
      archive("d.ova", ["d.vmdk"]);
      await refuses(memberOf("d.ova", "d.vmdk", "vmdk"), /is a descriptor whose data is in "d-flat.vmdk"/);
    });
    it("another size than the estate's", () =>
      refuses({ ...good(), capacityBytes: CAPACITY - 512 }, /the disk in "s.vmdk" in "good.ova" has 72353280 bytes/));
    it("an archive that somebody has open for writing", async () => {
      const found = await inspect(good());
      const file = openSync(at("good.ova"), "r+");
      await assert.rejects(found.expectUnused(), /has "good.ova" open for writing/);
      closeSync(file);
      await found.expectUnused();
    });
  });

  describe("has a fingerprint", () => {
    it("that is another one for another member, and for the same member of a changed archive", async () => {
      cpSync(raw, at("twin.raw"));
      archive("two.ova", ["disk.raw", "twin.raw"]);
      const [one, twin] = [memberOf("two.ova", "disk.raw", "raw"), memberOf("two.ova", "twin.raw", "raw")];
      const before = await inspect(one);
      assert.notEqual((await inspect(twin)).fingerprint.sha256, before.fingerprint.sha256);
      assert.deepEqual((await inspect(one)).fingerprint, before.fingerprint);
      const { atime, mtime } = statSync(at("two.ova"));
      appendFileSync(at("two.ova"), Buffer.alloc(10_240));
      utimesSync(at("two.ova"), atime, mtime);
      assert.notEqual((await inspect(one)).fingerprint.sha256, before.fingerprint.sha256);
      assert.match((await before.changes()).join(), /"two.ova" had \d+ bytes, has \d+/);
    });
    it("that a move of the archive to another folder does not change", async () => {
      mkdirSync(at("elsewhere"));
      archive("moved.ova", ["disk.raw"]);
      const before = await inspect(memberOf("moved.ova", "disk.raw", "raw"));
      renameSync(at("moved.ova"), at("elsewhere/moved.ova"));
      const after = await inspect(memberOf("elsewhere/moved.ova", "disk.raw", "raw"));
      assert.deepEqual(after.fingerprint, before.fingerprint);
      rmSync(at("elsewhere"), { recursive: true });
    });
  });
});
