import assert from "node:assert/strict";
import type { TransportName } from "../../inventory/schema/disk-source.ts";
import { badInput, failed, Failure, refused } from "../../conversion/failure.ts";
import type { DiskSource } from "../../conversion/job.ts";
import type { Fingerprint } from "../../conversion/ledger/ledger.ts";
import { Settings } from "../../conversion/settings.ts";
import { chooseTransport } from "../../conversion/source/choose-transport.ts";
import type { SourceLogin } from "../../conversion/source/login.ts";
import type { InspectedSource, Transport } from "../../conversion/source/transport.ts";
import { waysTo } from "../../conversion/source/ways.ts";
import { makeWorld } from "./support/world.ts";

const print = (name: string): Fingerprint => ({ files: 1, bytes: 1, sha256: name });
const noSsh: SourceLogin = {
  ...{ kind: "vsphere", url: "https://vc1", username: "u", password: "p", caPem: null, thumbprint: null },
  hostAddresses: {},
};
const vcenter: SourceLogin = { ...noSsh, ssh: { user: "root" } };
const kvm: SourceLogin = { kind: "libvirt", host: "kvm1", folder: "/i", uri: "qemu:///system", ssh: { user: "root" } };
const plain: DiskSource = { transport: "auto", datastore: "ds", file: "a.vmdk", format: "vmdk", capacityBytes: 1 };
const disk: DiskSource = { ...plain, origin: { server: "vc1", vm: "vm-1", deviceKey: 2000 } };

describe("ways to a disk, the best first", () => {
  const settings = (datastores: Record<string, string>) => Settings.parse({ version: 1, datastores, storage: {} });
  const ways = (source: DiskSource, login: Record<string, SourceLogin> = {}, datastores = {}) =>
    waysTo(source, settings(datastores), login).map(({ transport, lacks }) =>
      lacks === null ? transport : `(${transport})`,
    );

  it("begin with the file that the conversion host sees", () => {
    assert.deepEqual(ways(disk, { vc1: vcenter }, { ds: "/ds" }), ["file", "(vddk)", "https", "lease", "ssh"]);
    assert.deepEqual(ways(disk, { vc1: vcenter }), ["(file)", "(vddk)", "https", "lease", "ssh"]);
  });
  it("have VDDK before all others of a server, where its library is", () => {
    const known = { ...settings({}), vddk: { libDir: "/opt/vddk" } };
    const names = waysTo(disk, known, { vc1: vcenter }).flatMap(({ transport, lacks }) =>
      lacks === null ? transport : [],
    );
    assert.deepEqual(names, ["vddk", "https", "lease", "ssh"]);
  });
  it("are only the archive for what lies in one", () => {
    assert.deepEqual(ways({ ...disk, member: "d.vmdk" }, { vc1: vcenter }, { ds: "/ds" }), ["ova"]);
    assert.deepEqual(ways({ ...plain, member: "d.vmdk" }), ["(ova)"]);
  });
  it("are ssh alone at a host with libvirt", () => {
    const source = { ...disk, origin: { server: "kvm1", vm: "x", deviceKey: 2000 } };
    assert.deepEqual(ways(source, { kvm1: kvm }), ["(file)", "ssh"]);
  });
  it("say what is not configured", () => {
    assert.deepEqual(ways(plain, {}, { ds: "/ds" }), ["file"]);
    assert.deepEqual(ways(disk, {}, { constructor: "/x" }), ["(file)", "(vddk)", "(https)", "(lease)", "(ssh)"]);
    const [last] = waysTo(disk, settings({}), { vc1: noSsh }).slice(-1);
    assert.match(last?.lacks ?? "", /no `ssh`/);
  });
});

describe("transport auto", () => {
  /** What each way does: gives the source of this fingerprint, or throws. */
  type Ways = Partial<Record<TransportName, string | Failure>>;
  const fake = (name: TransportName, does: string | Failure): Transport => ({
    name,
    inspect: () => {
      if (typeof does !== "string") return Promise.reject(does);
      const found: InspectedSource = {
        fingerprint: print(does),
        how: `by ${name}`,
        expectUnused: () => Promise.resolve(),
        changes: () => Promise.resolve([]),
        open: () => Promise.reject(new Error("not here")),
      };
      return Promise.resolve(found);
    },
  });
  const choose = async (ways: Ways, begun: string | null = null, source: DiskSource = disk) => {
    const world = makeWorld("/nowhere", { logins: { vc1: vcenter } });
    const transports = Object.fromEntries(
      Object.entries(ways).map(([name, does]) => [name, fake(name as TransportName, does)]),
    );
    const found = await chooseTransport(world, "d1", source, begun === null ? null : print(begun), transports);
    return { how: found.how, lines: world.lines };
  };
  const fails = (ways: Ways, begun: string | null, exitCode: number, message: RegExp) =>
    assert.rejects(choose(ways, begun), (error) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.exitCode, exitCode, error.message);
      assert.match(error.message, message);
      return true;
    });

  it("takes the first that works, and says why not those before it", async () => {
    const { how } = await choose({ file: "f", https: refused("d1: it is locked."), lease: "l", ssh: "s" });
    assert.equal(how, "by file (auto: file)");
    const second = await choose({ https: refused("d1: it is locked."), lease: "l", ssh: "s" });
    assert.equal(second.how, "by lease (auto: lease; not https: it is locked)");
  });
  it("says all reasons, and what to configure, where none works", async () => {
    await fails(
      { https: refused("d1: it is locked."), ssh: refused("d1: no key.") },
      null,
      2,
      /https: it is locked\n {2}ssh: no key\n/,
    );
    await fails({ https: refused("no"), ssh: failed("d1: no answer.") }, null, 1, /ssh: no answer/);
    await fails({ file: badInput("x") }, null, 2, /file: x[^]*sources\.yaml for a vCenter/);
    const world = makeWorld("/nowhere");
    await assert.rejects(chooseTransport(world, "d1", disk, null, { https: fake("https", "h") }), (error) => {
      assert.equal(error instanceof Failure && error.exitCode, 3);
      assert.match(String(error), /https: sources\.yaml has no "vc1"/);
      return true;
    });
  });

  describe("where a copy has begun", () => {
    it("goes on by the way that it was begun by, though another one is better now", async () => {
      const { how, lines } = await choose({ https: "new", lease: "old" }, "old");
      assert.equal(how, "by lease (auto: lease; not https: gives another source than the copy was begun from)");
      assert.deepEqual(lines, []);
    });
    it("waits for a way that does not answer, rather than copy all again by another", () =>
      fails(
        { https: failed("d1: no answer."), ssh: "new" },
        "old",
        1,
        /a copy has begun[^]*https: no answer[^]*`transport` of the VM/,
      ));
    it("says before that all is copied again, where no way can be the one", async () => {
      const { how, lines } = await choose({ https: refused("d1: gone."), ssh: "new" }, "old");
      assert.equal(how, "by ssh (auto: ssh; not https: gone)");
      assert.match(
        lines.join(),
        /d1: no way gives the source that its copy was begun from: all is copied again, by the way ssh/,
      );
    });
  });
});
