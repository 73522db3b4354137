import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { DiskSource } from "../../conversion/job.ts";
import type { SourceLogins } from "../../conversion/source/login.ts";
import { CAPACITY, makeAs, makeDatastore, makeRaw, sourceOf } from "./support/disks.ts";
import { holds, ledgerOf, makeImage, removeImages } from "./support/images.ts";
import { startSourceSshd, type SourceSshd } from "./support/source-sshd.ts";
import { needLab, tool } from "./support/tools.ts";
import { detailsOf, resultOf, runImport } from "./support/world.ts";

const ID = "9c2f7a3e-0000-4000-8000-0000000000f1";

/** Disks that are no file of the datastore here, into the lab's Ceph. Those of a vCenter: test/vcenter. */
describe("imports by the transports ova, ssh and auto", function () {
  this.timeout(120_000);
  const datastore = makeDatastore();
  const at = (name: string): string => join(datastore.folder, name);
  let raw: string;
  let sshd: SourceSshd;

  before(async () => {
    await needLab();
    raw = makeRaw(at("disk.raw"));
    makeAs(raw, "vmdk", at("stream.vmdk"), "subformat=streamOptimized");
    makeAs(raw, "qcow2", at("disk.qcow2"));
    writeFileSync(at("vm.ovf"), "<Envelope/>");
    tool("tar", "--format=ustar", "-cf", at("vm.ova"), "-C", datastore.folder, "vm.ovf", "stream.vmdk");
    sshd = await startSourceSshd();
  });
  after(async () => {
    sshd.close();
    await removeImages();
    datastore.remove();
  });

  const logins = (): SourceLogins => ({
    kvm1: {
      ...{ kind: "libvirt", host: sshd.host, folder: datastore.folder },
      ...{ uri: `test://${at("node.xml")}`, ssh: sshd.access },
    },
  });
  /** libvirt's test driver has one domain, shut off, with this disk. */
  const onLibvirt = (file: string, format: "raw" | "qcow2", transport: DiskSource["transport"]): DiskSource => {
    writeFileSync(
      at("node.xml"),
      `<node><domain type="test" xmlns:test="http://libvirt.org/schemas/domain/test/1.0"><name>web01</name><uuid>${ID}</uuid>` +
        `<memory>131072</memory><os><type>hvm</type></os><devices><disk type="file" device="disk"><driver name="qemu" type="${format}"/>` +
        `<source file="${at(file)}"/><target dev="vda" bus="virtio"/></disk></devices><test:runstate>5</test:runstate></domain></node>`,
    );
    const origin = { server: "kvm1", vm: ID, deviceKey: 2000 };
    return { ...sourceOf(file, format), datastore: "kvm1", transport, origin };
  };
  const inArchive = (transport: DiskSource["transport"]): DiskSource => ({
    ...sourceOf("vm.ova", "vmdk"),
    ...{ transport, member: "stream.vmdk" },
  });
  const arrives = async (source: DiskSource, how: RegExp): Promise<void> => {
    const { volumeId, image } = makeImage();
    const run = () =>
      runImport({
        ...{ datastore: datastore.folder, source, volumeId, job: { sliceMiB: 32 } },
        world: { logins: logins() },
      });
    const { outcome, lines } = await run();
    assert.equal(resultOf(outcome), "copied", lines.join("\n"));
    assert.match(String(detailsOf(outcome)["source"]), how);
    assert.equal(await holds(image, raw), true, "the image differs from the disk");
    const ledger = await ledgerOf(image);
    assert.deepEqual([ledger?.state, ledger?.capacityBytes], ["copied", CAPACITY]);
    assert.equal(resultOf((await run()).outcome), "skipped: copied", "a second run copies nothing");
  };

  it("ova: a member, where it lies", () => arrives(inArchive("ova"), /"stream\.vmdk" in "vm\.ova", in place/));
  it("ssh: a raw file at a host with libvirt", () =>
    arrives(onLibvirt(basename(raw), "raw", "ssh"), /^over ssh from 127\.0\.0\.1/));
  it("ssh: a QCOW2 at a host with libvirt", () =>
    arrives(onLibvirt("disk.qcow2", "qcow2", "ssh"), /^over ssh from 127\.0\.0\.1/));
  it("auto: the archive for what lies in one", () => arrives(inArchive("auto"), /in place, .*\(auto: ova\)/));
  it("auto: ssh where no file is seen here, and why", () =>
    arrives(onLibvirt("disk.qcow2", "qcow2", "auto"), /^over ssh from .* \(auto: ssh; not file: /));

  it("ssh: goes on in the same slice when its line broke", async () => {
    const { volumeId, image } = makeImage();
    const source = onLibvirt(basename(raw), "raw", "ssh");
    let broken = false;
    // After the first slice the host is away: its sshd is gone with all lines, and comes back.
    const rate = {
      take: async () => {
        if (broken || (await ledgerOf(image))?.finished === "") return;
        broken = true;
        sshd.stop();
        setTimeout(() => void sshd.start(), 2_000);
      },
    };
    const { outcome, lines } = await runImport({
      ...{ datastore: datastore.folder, source, volumeId, job: { sliceMiB: 32 } },
      world: { logins: logins(), rate },
    });
    assert.ok(broken);
    assert.equal(resultOf(outcome), "copied", lines.join("\n"));
    assert.ok(
      lines.some((line) => line.includes("the source answers again")),
      lines.join("\n"),
    );
    assert.equal(await holds(image, raw), true, "the image differs from the disk");
  });
});
