import assert from "node:assert/strict";
import {
  appendFileSync,
  cpSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../conversion/failure.ts";
import type { DiskSource } from "../../conversion/job.ts";
import { SourceFault } from "../../conversion/source/contents.ts";
import { inspectDisk } from "../../conversion/source/inspect-disk.ts";
import type { SourceLogin } from "../../conversion/source/login.ts";
import { CAPACITY, makeAs, makeCompressed, makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { sameContents } from "./support/read-contents.ts";
import { startSourceSshd, type SourceSshd } from "./support/source-sshd.ts";
import { tool } from "./support/tools.ts";
import { makeWorld } from "./support/world.ts";

const ID = "9c2f7a3e-0000-4000-8000-000000000001";

/**
 * A real sshd, real nbdkit, real virsh; libvirt's own test driver keeps the domains, in a file.
 */
describe("transport ssh: a host with libvirt", function () {
  this.timeout(300_000);
  let images: ReturnType<typeof makeDatastore>;
  let sshd: SourceSshd;
  let raw: string;
  let at: (name: string) => string;
  before(async () => {
    images = makeDatastore();
    at = (name) => join(images.folder, name);
    raw = makeRaw(at("disk.raw"));
    sshd = await startSourceSshd();
  });
  after(() => {
    sshd.close();
    images.remove();
  });

  /** The domain, with these disks. @param runstate of the test driver: 1 runs, 5 is shut off */
  const domain = (disks: readonly (readonly [file: string, format: string])[], runstate = 5): void => {
    const devices = disks.map(
      ([file, format], index) =>
        `<disk type="file" device="disk"><driver name="qemu" type="${format}"/><source file="${file.replaceAll("&", "&amp;").replaceAll('"', "&quot;")}"/>` +
        `<target dev="vd${"abc"[index] ?? ""}" bus="virtio"/></disk>`,
    );
    writeFileSync(
      at("node.xml"),
      `<node><domain type="test" xmlns:test="http://libvirt.org/schemas/domain/test/1.0"><name>web one; $(id)</name><uuid>${ID}</uuid>` +
        `<memory>131072</memory><os><type>hvm</type></os><devices>${devices.join("")}</devices><test:runstate>${runstate}</test:runstate></domain></node>`,
    );
  };
  const login = (change: Partial<SourceLogin & { kind: "libvirt" }> = {}): SourceLogin => ({
    kind: "libvirt",
    host: sshd.host,
    folder: images.folder,
    uri: `test://${at("node.xml")}`,
    ssh: sshd.access,
    ...change,
  });
  const source = (file: string, format: DiskSource["format"], change: Partial<DiskSource> = {}): DiskSource => ({
    ...sourceOf(file, format),
    datastore: "kvm1",
    transport: "ssh",
    origin: { server: "kvm1", vm: ID, deviceKey: 2000 },
    ...change,
  });
  const inspect = (disk: DiskSource, with_ = login()) =>
    inspectDisk(makeWorld("/nowhere", { logins: { kvm1: with_ } }), "vm1-disk-2000", disk);
  const refuses = (disk: DiskSource, message: RegExp, with_?: SourceLogin) =>
    assert.rejects(inspect(disk, with_), (error) => {
      assert.equal(error instanceof Error && error.name, "Failure", messageOf(error));
      assert.match(messageOf(error), message);
      return true;
    });

  describe("gives disks byte for byte", () => {
    const formats: readonly (readonly [string, string, DiskSource["format"], () => string])[] = [
      ["raw", "raw", "raw", () => raw],
      ["QCOW2", "qcow2", "qcow2", () => makeAs(raw, "qcow2", at("d.qcow2"))],
      ["QCOW2, compressed", "qcow2", "qcow2", () => makeCompressed(raw, at("c.qcow2"))],
      ["VHD", "vpc", "vhd", () => makeAs(raw, "vpc", at("d.vhd"), "subformat=dynamic,force_size")],
      ["VMDK", "vmdk", "vmdk", () => makeAs(raw, "vmdk", at("d.vmdk"))],
    ];
    for (const [name, driver, format, make] of formats)
      it(name, async () => {
        const file = make();
        domain([[file, driver]]);
        const found = await inspect(source(file.slice(images.folder.length + 1), format));
        assert.match(found.how, /^over ssh from 127\.0\.0\.1, "\/tmp\//);
        await found.expectUnused();
        assert.equal(await sameContents(await found.open(), raw), true, "other contents than the disk");
        assert.deepEqual(await found.changes(), []);
      });

    it("of any name: none reaches a shell, an option or a configuration", async () => {
      for (const name of ["a b;touch /tmp/x'\"$(id)`id`", "-o=Proxy%h,=x", "ümläut & 文"]) {
        cpSync(raw, at(name));
        makeAs(raw, "qcow2", at(`${name}.qcow2`));
        domain([
          [at(name), "raw"],
          [at(`${name}.qcow2`), "qcow2"],
        ]);
        for (const [file, format] of [
          [name, "raw"],
          [`${name}.qcow2`, "qcow2"],
        ] as const)
          assert.equal(await sameContents(await (await inspect(source(file, format))).open(), raw), true, file);
      }
    });
  });

  describe("goes on after its line broke", () => {
    it("whatever ended it: the read that is under way fails as what may heal, the next one is served", async () => {
      domain([[raw, "raw"]]);
      const contents = await (await inspect(source("disk.raw", "raw"))).open();
      if (contents.kind !== "random") throw new Error("a stream");
      const buffer = Buffer.alloc(65_536);
      await contents.read({ offset: 0, length: buffer.length }, buffer);
      sshd.stop();
      const read = () => contents.read({ offset: 15 * 1024 * 1024, length: buffer.length }, buffer);
      await assert.rejects(read(), SourceFault);
      await assert.rejects(read(), SourceFault);
      await sshd.start();
      await read();
      assert.equal(await sameContents(contents, raw), true);
    });
  });

  describe("refuses what is not one whole disk at rest", () => {
    it("a domain that runs, is paused, or is started after it was looked at", async () => {
      domain([[raw, "raw"]], 1);
      await refuses(source("disk.raw", "raw"), /is "running", expected "shut off": shut it down/);
      domain([[raw, "raw"]], 3);
      await refuses(source("disk.raw", "raw"), /is "paused", expected "shut off"/);
      domain([[raw, "raw"]]);
      const found = await inspect(source("disk.raw", "raw"));
      domain([[raw, "raw"]], 1);
      await assert.rejects(found.expectUnused(), /is "running"/);
      assert.match((await found.changes()).join(), /is "running"/);
    });
    it("a domain that is not there, or cannot be named by its UUID", async () => {
      domain([[raw, "raw"]]);
      const other = "9c2f7a3e-0000-4000-8000-0000000000ff";
      const origin = { server: "kvm1", deviceKey: 2000 };
      await refuses(source("disk.raw", "raw", { origin: { ...origin, vm: other } }), /has no domain 9c2f7a3e/);
      await refuses(
        source("disk.raw", "raw", { origin: { ...origin, vm: "web; id" } }),
        /"web; id" is no UUID of a domain/,
      );
    });
    it("a file that is no disk of the domain any more: a snapshot was taken, or the format is another", async () => {
      tool("qemu-img", "create", "-f", "qcow2", "-b", raw, "-F", "raw", at("snap.qcow2"));
      domain([[at("snap.qcow2"), "qcow2"]]);
      await refuses(
        source("disk.raw", "raw"),
        /is no disk of its domain on 127\.0\.0\.1 any more, which has ".*snap\.qcow2" \(qcow2\)/,
      );
      await refuses(source("snap.qcow2", "qcow2"), /has a backing file/);
      domain([[raw, "qcow2"]]);
      await refuses(source("disk.raw", "raw"), /\(raw\) is no disk of its domain/);
    });
    it("another size than the estate's, and an image that is cut off", async () => {
      domain([[raw, "raw"]]);
      await refuses(
        source("disk.raw", "raw", { capacityBytes: CAPACITY - 512 }),
        /has 72353280 bytes, the estate says 72352768/,
      );
      makeAs(raw, "qcow2", at("cut.qcow2"));
      truncateSync(at("cut.qcow2"), 5 * 1024 * 1024);
      domain([[at("cut.qcow2"), "qcow2"]]);
      await refuses(source("cut.qcow2", "qcow2"), /damaged or cut off|cannot be opened/);
    });
    it("paths out of the folder, and links out of it", async () => {
      domain([[raw, "raw"]]);
      symlinkSync("/etc/passwd", at("link.raw"));
      await refuses(source("../etc/passwd", "raw"), /leaves the datastore/);
      await refuses(source("/etc/passwd", "raw"), /leaves the datastore/);
      await refuses(source("link.raw", "raw"), /is a symbolic link out of the datastore, to "\/etc\/passwd"/);
      await refuses(source("none.raw", "raw"), /there is no such file/);
    });
  });

  it("has a fingerprint of name, size and time, and notices a change of each", async () => {
    cpSync(raw, at("f.raw"));
    domain([[at("f.raw"), "raw"]]);
    const found = await inspect(source("f.raw", "raw"));
    assert.deepEqual((await inspect(source("f.raw", "raw"))).fingerprint, found.fingerprint);
    const { atime, mtime } = statSync(at("f.raw"));
    utimesSync(at("f.raw"), atime, new Date(mtime.getTime() + 2000));
    assert.deepEqual(await found.changes(), ['"f.raw" was written to']);
    assert.notEqual((await inspect(source("f.raw", "raw"))).fingerprint.sha256, found.fingerprint.sha256);
    appendFileSync(at("f.raw"), "x");
    await assert.rejects(found.changes(), /has \d+ bytes, the estate says/);
  });

  describe("says what is in the way, and how to mend it", () => {
    const disk = () => source("disk.raw", "raw");
    const access = (change: object): SourceLogin => login({ ssh: { ...sshd.access, ...change } });
    const keys = (text: string): string => {
      writeFileSync(join(sshd.folder, "other_hosts"), text);
      return join(sshd.folder, "other_hosts");
    };
    before(() => {
      domain([[raw, "raw"]]);
    });
    it("an unknown host key, and a changed one", async () => {
      await refuses(disk(), /is not known, nothing was sent.*ssh-keyscan/, access({ knownHostsFile: keys("") }));
      const other = readFileSync(join(sshd.folder, "other.pub"), "utf8");
      const changed = keys(`[127.0.0.1]:${sshd.access.port ?? 0} ${other}`);
      await refuses(disk(), /is not the one in .*Nothing was sent/, access({ knownHostsFile: changed }));
    });
    it("a login that is refused, and where its key is named", () =>
      refuses(
        disk(),
        /does not let us in: .*`identityFile` for the source "kvm1" in sources\.yaml/,
        access({ identityFile: join(sshd.folder, "other") }),
      ));
    it("a source that sources.yaml does not have", () =>
      assert.rejects(
        inspectDisk(makeWorld("/nowhere"), "vm1-disk-2000", disk()),
        /sources\.yaml has no "kvm1", which holds the disk\. Add it there/,
      ));
    it("a libvirt that does not answer", () =>
      refuses(
        disk(),
        /virsh domstate.* on 127\.0\.0\.1 \(test:\/\/\/nowhere\.xml\) failed/,
        login({ uri: "test:///nowhere.xml" }),
      ));
  });
});
