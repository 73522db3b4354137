import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Failure } from "../../conversion/failure.ts";
import { SourceFault } from "../../conversion/source/contents.ts";
import { openLease } from "../../conversion/source/lease.ts";
import { exportContents } from "../../conversion/source/lease-transport.ts";
import { inspectDisk } from "../../conversion/source/inspect-disk.ts";
import { CAPACITY, ExportWorld, readAll, vm } from "./export-world.ts";

const DISK = "vm01-disk-2000";

describe("transport lease", function () {
  this.timeout(240_000);
  let world: ExportWorld;

  before(async () => {
    world = await ExportWorld.start();
  });
  after(async () => {
    await world.stop();
  });
  afterEach(async () => {
    await world.vcenter.exports({});
    await world.vcenter.put(vm);
  });

  const read = async (unit = 0): Promise<Buffer> => {
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease", unit));
    return readAll(await inspected.open());
  };
  const rejects = (promise: Promise<unknown>, message: RegExp, kind: typeof Failure | typeof SourceFault = Failure) =>
    assert.rejects(promise, (error: unknown) => {
      assert.ok(error instanceof kind, String(error));
      assert.match(error.message, message);
      return true;
    });

  it("gives each disk of the VM, and ends its lease", async () => {
    const before = await world.vcenter.exports({});
    for (const unit of [0, 1]) assert.ok((await read(unit)).equals(world.bytes(unit)), `disk ${unit}`);
    assert.ok(!world.bytes(0).equals(world.bytes(1)));
    const now = await world.vcenter.exports({});
    assert.deepEqual([now.completed - before.completed, now.aborted - before.aborted], [2, 0]);
  });

  it("says how it reads, and that nobody writes", async () => {
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    assert.equal(inspected.how, "export of the VM by 127.0.0.1 (a compressed stream)");
    await inspected.expectUnused();
    assert.deepEqual(await inspected.changes(), []);
  });

  it("does not begin while the VM runs", async () => {
    await world.vcenter.put({ ...vm, powerState: "poweredOn" });
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    await rejects(inspected.expectUnused(), /the VM "vm01" is "poweredOn" \(127\.0\.0\.1\)\. Switch it off/);
    await rejects(readAll(await inspected.open()), /the VM "vm01" is not off, so it is not exported/);
  });

  it("does not begin while nobody knows whether the VM runs", async () => {
    await world.vcenter.put({ ...vm, connectionState: "disconnected" });
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    await rejects(
      inspected.expectUnused(),
      /cannot tell whether the VM "vm01" runs: its connection state is "disconnected"/,
    );
  });

  it("is another source once the VM has run, and says what changed", async () => {
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    const [first, ...others] = vm.disks ?? [];
    await world.vcenter.put({
      ...vm,
      disks: [{ ...(first ?? assert.fail("no disk")), contentId: "8c1f02aa" }, ...others],
    });
    assert.deepEqual(await inspected.changes(), ['its content id was "fffffffe", is "8c1f02aa"']);
    const again = await inspectDisk(world.context(), DISK, world.source("lease"));
    assert.notEqual(again.fingerprint.sha256, inspected.fingerprint.sha256);
  });

  it("stays the same source when only its VM's notes were edited", async () => {
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    await world.vcenter.put({ ...vm, annotation: "moves tonight" });
    assert.deepEqual(await inspected.changes(), []);
  });

  it("tells a disk that was grown, one that is gone, and a VM that is gone", async () => {
    const context = world.context();
    const source = world.source("lease");
    await rejects(
      inspectDisk(context, DISK, { ...source, capacityBytes: 512 }),
      /has 5244416 bytes, the estate says 512/,
    );
    const origin = source.origin ?? assert.fail("no origin");
    const gone = { ...source, origin: { ...origin, deviceKey: 2009 } };
    await rejects(inspectDisk(context, DISK, gone), /the VM "vm01" has no disk 2009 any more/);
    const noVm = { ...source, origin: { ...origin, vm: "vm-999" } };
    await rejects(inspectDisk(context, DISK, noVm), /127\.0\.0\.1 has no VM with the id "vm-999"/);
    await rejects(inspectDisk(context, DISK, { ...source, origin: undefined }), /the plan names none/);
  });

  it("is a fault of the source when the stream is cut, and everything comes on the next try", async () => {
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    const before = await world.vcenter.exports({ cuts: 1, cutAfter: 66_500 });
    await rejects(
      readAll(await inspected.open()),
      /the export at "127\.0\.0\.1:\d+": the connection broke/,
      SourceFault,
    );
    assert.ok((await readAll(await inspected.open())).equals(world.bytes(0)));
    const now = await world.vcenter.exports({});
    assert.deepEqual([now.aborted - before.aborted, now.completed - before.completed], [1, 1]);
  });

  it("does not take a stream that ends too early for the disk", async () => {
    await world.vcenter.exports({ shorts: 1, cutAfter: 66_560 });
    await rejects(read(), /the export of the VM "vm01" ended after 66560 bytes, before its end marker/, SourceFault);
  });

  it("ends its lease when it is closed by whoever has all, and when by whoever has not", async () => {
    for (const [pieces, expected] of [
      [3, { completed: 1, aborted: 0 }],
      [1, { completed: 0, aborted: 1 }],
    ] as const) {
      const before = await world.vcenter.exports({});
      const contents = await (await inspectDisk(world.context(), DISK, world.source("lease"))).open();
      assert.ok(contents.kind === "stream");
      const coming = contents.pieces()[Symbol.asyncIterator]();
      for (let count = 0; count < pieces; count += 1) assert.equal((await coming.next()).done, false);
      await contents.close();
      const now = await world.vcenter.exports({});
      const { completed, aborted } = now;
      assert.deepEqual({ completed: completed - before.completed, aborted: aborted - before.aborted }, expected);
    }
  });

  it("keeps its lease alive while it is read slowly", async () => {
    const before = await world.vcenter.exports({ timeoutSeconds: 2 });
    const contents = await (await inspectDisk(world.context(), DISK, world.source("lease"))).open();
    assert.ok(contents.kind === "stream");
    const disk = Buffer.alloc(CAPACITY);
    for await (const { offset, data } of contents.pieces()) {
      data.copy(disk, offset);
      await sleep(1500);
    }
    assert.ok(disk.equals(world.bytes(0)));
    const now = await world.vcenter.exports({});
    assert.ok(now.progress - before.progress >= 3, `${now.progress - before.progress} signs of life`);
    assert.deepEqual([now.expired - before.expired, now.completed - before.completed], [0, 1]);
  });

  it("ends by itself when its reader was killed", async () => {
    const before = await world.vcenter.exports({ timeoutSeconds: 1 });
    const context = world.context();
    const session = await context.vsphere("127.0.0.1");
    const source = world.source("lease");
    const order = {
      disk: DISK,
      vm: source.origin?.vm ?? "",
      vmName: "vm01",
      snapshot: null,
      address: "ParaVirtualSCSIController0:0",
    };
    await openLease(session, order, context.clock, context.log);
    for (let tries = 0; tries < 100; tries += 1) {
      if ((await world.vcenter.exports({})).expired > before.expired) return;
      await sleep(200);
    }
    assert.fail("the lease stayed");
  });

  it("waits for its VM while another task has it, and says so", async () => {
    await world.vcenter.exports({ busy: 1 });
    const context = { ...world.context(), clock: { now: Date.now, sleep: () => Promise.resolve() } };
    const inspected = await inspectDisk(context, DISK, world.source("lease"));
    assert.ok((await readAll(await inspected.open())).equals(world.bytes(0)));
    assert.ok(world.lines.some((line) => /waiting: another task has the VM "vm01" at 127\.0\.0\.1/.test(line)));
  });

  it("waits until the lease is ready, and tells why it never will be", async () => {
    await world.vcenter.exports({ initializingMs: 1500 });
    assert.ok((await read()).equals(world.bytes(0)));
    await world.vcenter.exports({ fails: 1 });
    await rejects(read(), /did not export the VM "vm01": "Unable to access a file \[ds1\] gone\.vmdk"/);
  });

  it("does not take another disk for one that the export does not name", async () => {
    const context = world.context();
    const session = await context.vsphere("127.0.0.1");
    const source = world.source("lease");
    const order = {
      disk: DISK,
      vm: source.origin?.vm ?? "",
      vmName: "vm01",
      snapshot: null,
      address: "VirtualAHCIController0:0",
    };
    const before = await world.vcenter.exports({});
    await rejects(
      readAll(exportContents(context, session, order, CAPACITY)),
      /names no disk "VirtualAHCIController0:0"; it has "\/vm-\d+\/ParaVirtualSCSIController0:0", /,
    );
    assert.equal((await world.vcenter.exports({})).aborted - before.aborted, 1);
  });

  it("gives what a snapshot has frozen of a VM that runs", async () => {
    const disks = (vm.disks ?? []).map((disk) => ({
      ...disk,
      file: disk.file.replace(".vmdk", "-000001.vmdk"),
      parentFile: disk.file,
    }));
    const snapshots = [{ id: "snapshot-77", name: "move", createdAt: "2026-01-02T03:04:05Z" }];
    await world.vcenter.put({ ...vm, disks, snapshots, powerState: "poweredOn" });
    const context = world.context();
    const order = {
      disk: DISK,
      vm: world.source("lease").origin?.vm ?? "",
      vmName: "vm01",
      address: "ParaVirtualSCSIController0:1",
    };
    const session = await context.vsphere("127.0.0.1");
    const contents = exportContents(context, session, { ...order, snapshot: "snapshot-77" }, CAPACITY);
    assert.ok((await readAll(contents)).equals(world.bytes(1)));
    const gone = exportContents(context, session, { ...order, snapshot: "snapshot-78" }, CAPACITY);
    await rejects(readAll(gone), /the snapshot "snapshot-78" of "vm01" is gone/);
  });
});

describe("transport lease from ESXi hosts", function () {
  this.timeout(240_000);
  let world: ExportWorld;

  before(async () => {
    world = await ExportWorld.start(["esx1.example"]);
  });
  after(async () => {
    await world.stop();
  });

  it("reads from the host's address in the network for migrations, by the thumbprint of the lease", async () => {
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    assert.ok((await readAll(await inspected.open())).equals(world.bytes(0)));
  });

  it("takes no other certificate than the lease says", async () => {
    await world.vcenter.exports({ wrongThumbprint: true });
    const inspected = await inspectDisk(world.context(), DISK, world.source("lease"));
    await assert.rejects(
      readAll(await inspected.open()),
      /it shows another certificate than the pinned one.*Nothing was read/s,
    );
    await world.vcenter.exports({});
  });
});
