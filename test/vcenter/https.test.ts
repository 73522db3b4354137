import assert from "node:assert/strict";
import { renameSync, truncateSync, utimesSync, writeFileSync, readFileSync } from "node:fs";
import path from "node:path";
import type { z } from "zod";
import type { PopulationVm } from "../../lab/vcenter/population.ts";
import { exitCodes } from "../../conversion/exit-codes.ts";
import { Failure } from "../../conversion/failure.ts";
import { SourceFault, type RandomContents } from "../../conversion/source/contents.ts";
import {
  CAPACITY,
  DISK,
  ESXI,
  FILE,
  FOLDER,
  MIB,
  openRandom,
  readAll,
  startHttpsSource,
  webDisk,
  webVm,
  type HttpsSource,
} from "./https-source.ts";

const FLAT = FILE.replace(".vmdk", "-flat.vmdk");

describe("the transport https", function () {
  this.timeout(300_000);
  let source: HttpsSource;

  before(async () => {
    source = await startHttpsSource();
  });
  after(() => source.stop());
  afterEach(async () => {
    await source.vcenter.trouble({});
    await source.vcenter.put(webVm);
  });

  /** What a disk is refused with. */
  async function refusal(work: Promise<unknown>): Promise<Failure> {
    const error: unknown = await work.then(
      () => assert.fail("it was taken"),
      (thrown: unknown) => thrown,
    );
    assert.ok(error instanceof Failure, String(error));
    assert.ok(error.message.startsWith(`${DISK}: `), error.message);
    return error;
  }

  /** What the first reading ends with after `trouble` came up. */
  async function faultOf(trouble: Parameters<HttpsSource["vcenter"]["trouble"]>[0]): Promise<unknown> {
    const contents = await openRandom(await source.inspect());
    try {
      await source.vcenter.trouble(trouble);
      return await contents.read({ offset: 0, length: 4 * MIB }, Buffer.alloc(4 * MIB)).then(
        () => assert.fail("it was taken for data"),
        (error: unknown) => error,
      );
    } finally {
      await contents.close();
    }
  }

  /** Runs `work` with a file of the datastore in another state. */
  async function withFile<T>(name: string, text: string, work: () => Promise<T>): Promise<T> {
    const file = path.join(source.datastore, name);
    const before = readFileSync(file);
    writeFileSync(file, text);
    try {
      return await work();
    } finally {
      writeFileSync(file, before);
    }
  }

  const descriptor = (...extents: string[]): string =>
    `# Disk DescriptorFile\nversion=1\nCID=fffffffe\nparentCID=ffffffff\ncreateType="vmfs"\n\n${extents.join("\n")}\n\nddb.adapterType = "lsilogic"\n`;

  describe("reads", () => {
    it("every byte through the vCenter, whatever the names, and is the same source each time", async () => {
      const found = await source.inspect();
      assert.match(found.how, /over HTTPS from the datastore "ds 1\+#%ü" through 127\.0\.0\.1$/);
      await found.expectUnused();
      assert.equal(found.fingerprint.files, 2);
      assert.deepEqual((await source.inspect()).fingerprint, found.fingerprint);
      const contents = await openRandom(found);
      assert.ok((await readAll(contents)).equals(source.bytes));
      const odd = Buffer.alloc(1536);
      await contents.read({ offset: 9 * MIB - 512, length: 1536 }, odd);
      assert.ok(odd.equals(source.bytes.subarray(9 * MIB - 512, 9 * MIB + 1024)));
      await contents.close();
      assert.deepEqual(await found.changes(), []);
    });

    it("from the ESXi host at its own address, with a ticket for each range and the certificate that the vCenter vouches for", async () => {
      const address = source.vcenter.hosts[ESXI] ?? assert.fail("no host");
      const login = { hostAddresses: { [ESXI]: address } };
      const before = await source.vcenter.trouble({});
      const found = await source.inspect({}, login);
      assert.ok(found.how.endsWith(`of ${ESXI} at ${address}, with tickets of 127.0.0.1`), found.how);
      const contents = await openRandom(found);
      assert.ok((await readAll(contents)).equals(source.bytes));
      await contents.close();
      const after = await source.vcenter.trouble({});
      const requests = after.requests - before.requests;
      assert.equal(after.tickets - before.tickets, requests);
      assert.ok(requests >= CAPACITY / (4 * MIB));
      // The other host is no address known of: it is read through the vCenter.
      assert.deepEqual((await source.inspect()).fingerprint, found.fingerprint);
    });

    it("through the vCenter where another host has the address", async () => {
      const found = await source.inspect({}, { hostAddresses: { "esx2.example": "192.0.2.1" } });
      assert.match(found.how, /through 127\.0\.0\.1$/);
    });

    it("a disk of several flat extents, one of which begins inside its file", async () => {
      const part = path.join(FOLDER, "part.vmdk");
      const first = `RW ${(8 * MIB) / 512} FLAT "part.vmdk" ${MIB / 512}`;
      const second = `RW ${(16 * MIB) / 512} VMFS "${path.basename(FLAT)}"`;
      writeFileSync(
        path.join(source.datastore, part),
        Buffer.concat([Buffer.alloc(MIB), source.bytes.subarray(0, 8 * MIB)]),
      );
      await withFile(FILE, descriptor(first, second), async () => {
        const contents = await openRandom(await source.inspect());
        const across = Buffer.alloc(2 * MIB);
        await contents.read({ offset: 7 * MIB, length: 2 * MIB }, across);
        assert.ok(
          across.equals(Buffer.concat([source.bytes.subarray(7 * MIB, 8 * MIB), source.bytes.subarray(0, MIB)])),
        );
        await contents.close();
      });
    });
  });

  describe("goes on", () => {
    it("with one new login when the session ends while eight ranges are read", async () => {
      const contents = await openRandom(await source.inspect());
      const before = await source.vcenter.trouble({ skip: 2, endSessions: true });
      source.lines.length = 0;
      assert.ok((await readAll(contents)).equals(source.bytes));
      await contents.close();
      const after = await source.vcenter.trouble({});
      assert.equal(after.logins - before.logins, 1);
      assert.deepEqual(source.lines, [`${DISK}: the session at 127.0.0.1 had ended: logged in again`]);
    });

    it("when the way to a login page is shown instead, or 403 after it had worked", async () => {
      for (const trouble of [{ status: 302, location: "/ui/login" }, { status: 403 }]) {
        const contents = await openRandom(await source.inspect());
        const into = Buffer.alloc(MIB);
        await contents.read({ offset: 0, length: MIB }, into);
        await source.vcenter.trouble({ answers: 1, ...trouble });
        await contents.read({ offset: MIB, length: MIB }, into);
        assert.ok(into.equals(source.bytes.subarray(MIB, 2 * MIB)));
        await contents.close();
      }
    });

    it("when the session ends before the tickets of an ESXi host are fetched", async () => {
      const login = { hostAddresses: { [ESXI]: source.vcenter.hosts[ESXI] ?? "" } };
      const contents = await openRandom(await source.inspect({}, login));
      await source.vcenter.trouble({ endSessions: true });
      assert.ok((await readAll(contents)).equals(source.bytes));
      await contents.close();
    });
  });

  describe("takes for what may heal, and never for data:", () => {
    const cases = [
      { title: "no answer", trouble: { drops: 1 }, reads: /127\.0\.0\.1:\d+: .*\(UND_ERR_SOCKET|ECONNRESET/ },
      { title: "a body that breaks in the middle", trouble: { cuts: 1 }, reads: /\(UND_ERR_SOCKET|ECONNRESET/ },
      { title: "a body that is short", trouble: { shorts: 1 }, reads: /2097152 of 4194304 bytes came at 0/ },
      {
        title: "half of the range",
        trouble: { halves: 1 },
        reads: /bytes 0-4194303 were asked for, the answer is for another range \("bytes 0-2097151\/25165824"\)/,
      },
      {
        title: "another range of the same length",
        trouble: { shifts: 1 },
        reads: /another range \("bytes 512-4194815\//,
      },
      { title: "503", trouble: { answers: 1, status: 503 }, reads: /HTTP status 503: "ordered by the test"/ },
      { title: "429", trouble: { answers: 1, status: 429 }, reads: /HTTP status 429/ },
    ];
    for (const { title, trouble, reads } of cases)
      it(title, async () => {
        const error = await faultOf(trouble);
        assert.ok(error instanceof SourceFault, String(error));
        assert.match(error.message, reads);
      });

    it("a session that is ended again and again", async () => {
      const error = await faultOf({ answers: 2, status: 401 });
      assert.ok(error instanceof SourceFault, String(error));
      assert.match(error.message, /has ended the new session, too \(HTTP status 401\)/);
    });

    it("a server that is away for a while and has forgotten the session then", async () => {
      const contents = await openRandom(await source.inspect());
      await source.vcenter.trouble({ outMs: 1500 });
      const into = Buffer.alloc(MIB);
      const read = (): Promise<void> => contents.read({ offset: 0, length: MIB }, into);
      await assert.rejects(read, SourceFault);
      await new Promise((resolve) => setTimeout(resolve, 1600));
      await read();
      assert.ok(into.equals(source.bytes.subarray(0, MIB)));
      await contents.close();
    });

    it("and a disk that is looked at is tried again, then told", async () => {
      await source.vcenter.trouble({ answers: 2, status: 503 });
      await source.inspect();
      await source.vcenter.trouble({ answers: 4, status: 503 });
      const failure = await refusal(source.inspect());
      assert.equal(failure.exitCode, exitCodes.failed);
      assert.match(failure.message, /HTTP status 503: "ordered by the test"; 4 times\.$/);
    });
  });

  describe("ends for good, and never takes for data:", () => {
    const final = async (work: Promise<unknown>, reads: RegExp): Promise<void> => {
      const failure = await refusal(work);
      assert.equal(failure.exitCode, exitCodes.refused, failure.message);
      assert.match(failure.message, reads);
    };
    const read = (contents: RandomContents): Promise<void> =>
      contents.read({ offset: 0, length: 4 * MIB }, Buffer.alloc(4 * MIB));

    it("the whole file instead of the range", async () => {
      await source.vcenter.trouble({ wholes: 1 });
      await final(source.inspect(), /the whole file comes instead of the range .*HTTP status 200.*proxy/);
      const contents = await openRandom(await source.inspect());
      await source.vcenter.trouble({ wholes: 1 });
      await final(read(contents), /the whole file comes instead of the range/);
      await contents.close();
    });

    it("a password that is wrong by now: it is tried once", async () => {
      const contents = await openRandom(await source.inspect());
      await source.vcenter.trouble({ noLogins: true, endSessions: true });
      await final(read(contents), /the user name or the password of wavelift@vsphere\.local is wrong\. Correct it/);
      await contents.close();
    });

    it("a file that is written to, grows or goes while it is read", async () => {
      const file = path.join(source.datastore, FLAT);
      const contents = await openRandom(await source.inspect());
      utimesSync(file, new Date(), new Date(Date.now() + 60_000));
      await final(
        read(contents),
        /it changed while it was read: ".*-flat\.vmdk" was written to \(.* GMT; now .* GMT\)/,
      );
      await contents.close();
      const again = await openRandom(await source.inspect());
      truncateSync(file, CAPACITY + 512);
      await final(read(again), /had 25165824 bytes, has 25166336/);
      truncateSync(file, CAPACITY);
      renameSync(file, `${file}.away`);
      await final(read(again), /there is no such file. Was the VM moved or removed\?/);
      renameSync(`${file}.away`, file);
      await again.close();
    });

    it("a VM that is switched on in the middle", async () => {
      const found = await source.inspect();
      const contents = await openRandom(found);
      await source.vcenter.put({ ...webVm, powerState: "poweredOn" });
      await final(read(contents), /it is in use: "Failed to lock the file .*switch the VM off/);
      assert.match(
        (await found.changes()).join(),
        /the VM "web" on "esx1\.example" is "poweredOn" \(127\.0\.0\.1\): switch it off/,
      );
      await contents.close();
    });

    it("an account that may not read datastores", async () => {
      await source.vcenter.trouble({ answers: 1, status: 403 });
      await final(source.inspect(), /may not read it \(HTTP status 403\)\. It needs the privileges "Browse datastore"/);
      await source.vcenter.trouble({ answers: 2, status: 401 });
      await final(source.inspect(), /does not let the account read datastores \(HTTP status 401\)/);
    });
  });

  describe("tells what has changed since a disk was looked into:", () => {
    it("its descriptor, one of its files", async () => {
      const found = await source.inspect();
      const other = readFileSync(path.join(source.datastore, FILE), "utf8").replace("CID=fffffffe", "CID=12345678");
      await withFile(FILE, other, async () => {
        assert.match((await found.changes()).join(), /was written to|its descriptor is another/);
        assert.notDeepEqual((await source.inspect()).fingerprint, found.fingerprint);
      });
    });
  });

  describe("does not take", () => {
    const cases = [
      {
        title: "a VM that runs",
        vm: { powerState: "poweredOn" },
        reads: /the VM "web" on "esx1\.example" is "poweredOn"/,
      },
      {
        title: "a suspended VM",
        vm: { powerState: "suspended" },
        reads: /is "suspended" \(127\.0\.0\.1\): switch it off/,
      },
      {
        title: "a VM with a snapshot",
        vm: { snapshots: [{ id: "snapshot-9", name: "before", createdAt: "2026-01-02T03:04:05Z", parent: null }] },
        reads: /has snapshots: remove them all/,
      },
      {
        title: "one that needs consolidation",
        vm: { consolidationNeeded: true },
        reads: /needs its disks consolidated/,
      },
      {
        title: "one whose host is away",
        vm: { connectionState: "disconnected" },
        reads: /cannot tell whether the VM "web" .* its connection state is "disconnected"/,
      },
      {
        title: "a disk that was moved",
        vm: { disks: [{ ...webDisk, file: "web/other.vmdk" }] },
        reads: /the disk 2000 of the VM "web" is "\[ds 1\+#%ü\] web\/other\.vmdk" now, the plan says/,
      },
      {
        title: "a raw device mapping",
        vm: { disks: [{ ...webDisk, rdm: "virtual" }] },
        reads: /the disk 2000 of the VM "web" is a raw device mapping/,
      },
      { title: "a disk that is gone", vm: { disks: [] }, reads: /the VM "web" has no disk 2000 any more/ },
    ] satisfies { title: string; vm: Partial<z.input<typeof PopulationVm>>; reads: RegExp }[];
    for (const { title, vm, reads } of cases)
      it(title, async () => {
        await source.vcenter.put({ ...webVm, ...vm });
        assert.match((await refusal(source.inspect())).message, reads);
      });

    it("a VM that the vCenter does not know", async () => {
      const origin = { server: "127.0.0.1", vm: "vm-99999", deviceKey: 2000 };
      assert.match((await refusal(source.inspect({ origin }))).message, /has no VM with the id "vm-99999"/);
    });

    it("a disk on a vSAN", async () => {
      const origin = { server: "127.0.0.1", vm: source.vcenter.ids["onvsan"] ?? "", deviceKey: 2000 };
      const place = { datastore: "vsan 1", file: "onvsan/onvsan.vmdk" };
      const failure = await refusal(source.inspect({ ...place, origin }));
      assert.match(
        failure.message,
        /the datastore "vsan 1" is vsan: its disks are no files .* Use the transport lease, or vddk/,
      );
    });

    it("a server that sources.yaml does not have", async () => {
      const origin = { server: "vc9.example", vm: "vm-1", deviceKey: 2000 };
      assert.match(
        (await refusal(source.inspect({ origin }))).message,
        /sources\.yaml has no vCenter or ESXi host "vc9\.example"/,
      );
    });

    it("another format, another size", async () => {
      assert.match((await refusal(source.inspect({ format: "qcow2" }))).message, /reads VMDKs, not qcow2/);
      assert.match(
        (await refusal(source.inspect({ capacityBytes: MIB }))).message,
        /has 25165824 bytes, the estate says 1048576/,
      );
    });

    const extents = [
      {
        title: "a snapshot's difference",
        text: 'RW 49152 VMFSSPARSE "x-000001-delta.vmdk"',
        reads: /of VMFSSPARSE extents|no such file/,
      },
      {
        title: "a raw device",
        text: 'RW 49152 VMFSRDM "x-rdm.vmdk"',
        reads: /"RW 49152 VMFSRDM .*" is of a kind that cannot be read/,
      },
      {
        title: "an extent in another folder",
        text: 'RW 49152 VMFS "../other/x-flat.vmdk"',
        reads: /not a plain file name/,
      },
      { title: "an extent of a vSAN", text: 'RW 49152 VMFS "vsan://5201-aa"', reads: /not a plain file name/ },
      {
        title: "an extent that is cut off",
        text: `RW 98304 VMFS "${path.basename(FLAT)}"`,
        reads: /has 25165824 bytes, its descriptor says 50331648/,
      },
    ];
    for (const { title, text, reads } of extents)
      it(title, async () => {
        await withFile(FILE, descriptor(text), async () => {
          assert.match((await refusal(source.inspect())).message, reads);
        });
      });

    it("a certificate that is another than the pinned one; it takes the pinned one", async () => {
      const pinned = { caPem: null, thumbprint: source.vcenter.thumbprint.replaceAll(":", "").toLowerCase() };
      const contents = await openRandom(await source.inspect({}, pinned));
      assert.ok((await readAll(contents)).equals(source.bytes));
      await contents.close();
      const failure = await refusal(source.inspect({}, { ...pinned, thumbprint: "00".repeat(32) }));
      assert.match(failure.message, /it shows another certificate than the pinned one/);
    });

    it("an ESXi host that is another than the one that the vCenter vouches for", async () => {
      // The vCenter's own port: it has a certificate, too, and answers at /folder.
      const hostAddresses = { [ESXI]: new URL(source.vcenter.url).host };
      const failure = await refusal(source.inspect({}, { hostAddresses }));
      assert.match(
        failure.message,
        /its certificate is not trusted: it shows another certificate than the pinned one.*Nothing was sent/,
      );
    });

    it("a wrong password", async () => {
      const failure = await refusal(source.inspect({}, { password: "not-the-password" }));
      assert.match(failure.message, /the user name or the password of .* is wrong/);
      assert.doesNotMatch(failure.message, /not-the-password/);
    });
  });
});
