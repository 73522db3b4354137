import assert from "node:assert/strict";
import fc from "fast-check";
import type { CloudOffer } from "../../cloud/offer.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import type { PlannedVm, WaveFile } from "../../inventory/schema/wave.ts";
import { planWave, type PlanInput } from "../../planning/plan-wave.ts";
import { planInputs } from "./arbitraries.ts";
import { disk, estateVm, flavor, input, nic, offer, plan, stack, volumeType } from "./fixtures.ts";

const mac = "00:50:56:00:00:01";
const mark = (key: string) => ({ stack, key, generation: 1 });
const volume = (key: string, status = "available"): CloudOffer["volumes"][number] => ({
  id: `vol-${key}`,
  name: key,
  status,
  sizeGiB: 10,
  volumeType: "ceph",
  mark: mark(key),
});
const server = { id: "srv", name: "web01", status: "ACTIVE", mark: mark("web01") };

const original = estateVm("web01", {
  disks: [disk(2000, { bootOrder: 0 }), disk(2001)],
  nics: [nic(4000, mac, "10.20.0.9")],
});

interface Changed {
  readonly facts?: object;
  readonly overrides?: object;
  readonly cloud?: Partial<CloudOffer>;
  readonly plan?: object;
  /** How the wave file was made. */
  readonly before?: object;
  readonly again?: boolean;
  readonly running?: boolean;
}

/** The VM has begun with what was planned of it at first; then facts, plan or cloud change. */
function after({
  facts = {},
  overrides = {},
  cloud = {},
  before = {},
  again = false,
  running = true,
  ...more
}: Changed) {
  const written = planWave(input([original], { plan: plan({ web01: before }) })).file;
  const now: EstateVm = { ...original, ...estateVm("web01", { ...original, ...facts }) };
  const there = { volumes: [volume("web01-disk-2000"), volume("web01-disk-2001")], servers: running ? [server] : [] };
  const { file, concerns } = planWave(
    input([now], {
      plan: plan({ web01: { ...before, ...overrides } }, more.plan ?? {}),
      offers: new Map([["lab", offer({ ...there, ...cloud })]]),
      previous: written,
      again: new Set(again ? ["web01"] : []),
    }),
  );
  const [was, vm] = [written.vms[0], file.vms[0]];
  assert.ok(was && vm);
  const told = (id: string) => concerns.filter((one) => one.id === id).map(({ assessment }) => assessment);
  return { was, vm, told, concerns };
}

const silent = { powerState: "poweredOff", toolsState: "notRunning", nics: [nic(4000, mac, null)] };

describe("a VM that has begun, planned again", () => {
  it("keeps its server, addresses and flavor when its source is off, and says what it does not follow", () => {
    const smaller = [...offer().flavors, flavor("m1.odd", 2, 4000)];
    const { was, vm, told, concerns } = after({
      facts: { ...silent, name: "renamed", memoryMiB: 3900 },
      cloud: { flavors: smaller },
    });
    assert.deepEqual(vm, was);
    const [held, ...more] = told("plan.held");
    assert.deepEqual(more, [], "one line a VM");
    for (const what of [/boot stays true/, /flavor stays m1\.medium.*m1\.odd/, /name stays web01/, /addresses stays/])
      assert.match(held ?? "", what);
    assert.match(held ?? "", /wavelift plan wave1 --vm web01/);
    assert.deepEqual(told("address.none"), [], "the port has an address");
    assert.deepEqual(
      concerns.filter(({ category }) => category !== "Information"),
      [],
    );
  });

  it("takes what the plan names of it, decision by decision", () => {
    const said = {
      boot: false,
      flavor: "m1.large",
      name: "www-{name}",
      securityGroups: [],
      imageProperties: { hw_disk_bus: "sata" },
      dependsOn: ["web01"],
      checks: [{ kind: "tcp", port: 443 }],
      phase: "accepted",
      nics: { "4000": { addresses: ["10.20.0.77"] } },
    };
    const { was, vm } = after({ facts: { ...silent, name: "renamed" }, overrides: said });
    assert.deepEqual(
      [vm.boot, vm.flavor.name, vm.name, vm.phase, vm.checks.length, vm.dependsOn],
      [false, "m1.large", "www-web01", "accepted", 1, ["web01"]],
    );
    assert.deepEqual(vm.nics[0]?.securityGroups, []);
    assert.deepEqual(vm.nics[0].fixedIps, [{ subnetId: "sub-1", ipAddress: "10.20.0.77" }]);
    assert.deepEqual(vm.imageProperties, { ...was.imageProperties, hw_disk_bus: "sata" });
    assert.deepEqual([vm.sourceName, vm.disks], [was.sourceName, was.disks]);
  });

  it("follows the plan when a check or a dependency is taken out of it", () => {
    const { was, vm } = after({
      before: { checks: [{ kind: "ping" }], readyTimeoutSeconds: 30 },
      overrides: { checks: undefined, readyTimeoutSeconds: undefined },
    });
    assert.deepEqual([was.checks.length, was.readyTimeoutSeconds], [1, 30]);
    assert.deepEqual([vm.checks.length, vm.readyTimeoutSeconds], [0, 600]);
  });

  it("is planned anew by name, and says loudly what happens to the server", () => {
    const { vm, told } = after({ facts: { ...silent, memoryMiB: 8000 }, again: true });
    assert.deepEqual([vm.boot, vm.flavor.name, vm.nics[0]?.fixedIps], [false, "m1.large", []]);
    assert.match(told("server.touched")[0] ?? "", /DELETES the server.*poweredOff/);
    const resized = after({ facts: { memoryMiB: 8000, nics: [nic(4000, mac, "10.20.0.10")] }, again: true });
    assert.match(resized.told("server.touched")[0] ?? "", /RESIZES.*m1\.medium.*m1\.large/);
    assert.match(resized.told("server.touched")[0] ?? "", /addresses.*10\.20\.0\.9.*10\.20\.0\.10/);
    const other = after({ overrides: { imageProperties: { hw_disk_bus: "sata" } } });
    assert.match(other.told("server.touched")[0] ?? "", /ANEW.*hw_disk_bus.*sata/);
    assert.deepEqual(after({ facts: silent, again: true, running: false }).told("server.touched"), []);
  });

  const fixed: readonly (readonly [name: string, change: Changed, told: RegExp])[] = [
    [
      "another network",
      { plan: { networks: { "VM Network": { network: "lab-vxlan" } } } },
      /nic 4000 network: lab-flat .* -> lab-vxlan/,
    ],
    [
      "another network in the plan",
      { overrides: { network: { network: "lab-vxlan" } }, facts: silent },
      /nic 4000 network/,
    ],
    ["another MAC", { facts: { nics: [nic(4000, "00:50:56:00:00:02", "10.20.0.9")] } }, /nic 4000 MAC/],
    ["a NIC less", { facts: { nics: [] } }, /NIC 4000 is no more/],
    [
      "a NIC more",
      { facts: { nics: [nic(4000, mac, "10.20.0.9"), nic(4001, "00:50:56:00:00:03", null)] } },
      /NIC 4001 came to the source.*no port/,
    ],
    [
      "another volume type",
      { overrides: { disks: { "2001": { volumeType: "gold" } } }, cloud: gold() },
      /disk 2001 volume type/,
    ],
    ["another zone", { overrides: { availabilityZone: "nova" } }, /availability zone/],
    ["another generation", { overrides: { generation: 2 } }, /generation: 1 -> 2/],
    [
      "another server group",
      { overrides: { serverGroup: "db" }, plan: { serverGroups: { db: { policy: "affinity" } } } },
      /server group/,
    ],
    ["another boot disk", { overrides: { bootDisk: 2001 } }, /disk 2001 position/],
    ["another order", { facts: { disks: [disk(2000, { unit: 5 }), disk(2001)] } }, /disk 2000 position/],
    [
      "a larger disk",
      { facts: { disks: [disk(2000, { capacityBytes: 11 * 2 ** 30 }), disk(2001)] } },
      /disk 2000 capacity/,
    ],
    ["another file", { facts: { disks: [disk(2000, { file: "other.vmdk" }), disk(2001)] } }, /disk 2000 source/],
    ["a disk more", { facts: { disks: [disk(2000), disk(2001), disk(2002)] } }, /disk 2002 came.*not migrated/],
    ["a disk less", { facts: { disks: [disk(2000)] } }, /disk 2001 is no more/],
  ];
  for (const [name, change, pattern] of fixed)
    for (const again of [false, true])
      it(`never takes ${name}${again ? ", not even planned by name" : ""}, and names the edit and the way`, () => {
        const { was, vm, told } = after({ ...change, again });
        assert.deepEqual(holdsData(vm), holdsData(was));
        const line = told("plan.not-applied").find((one) => pattern.test(one));
        assert.match(line ?? "nothing tells of the edit", /phase: absent.*generation: 2/);
        if (change.facts !== silent && !again) assert.deepEqual(told("server.touched"), []);
      });

  it("tells another target, and stays", () => {
    const targets = { lab: { cloud: "lab" }, other: { cloud: "other" } };
    const { vm, told } = after({ overrides: { target: "other" }, plan: { targets } });
    assert.equal(vm.target, "lab");
    assert.match(told("plan.not-applied")[0] ?? "", /target: lab -> other: is not applied/);
  });

  it("takes the plan's words though something else of it can no longer be decided", () => {
    const { was, vm } = after({ overrides: { boot: false }, cloud: { flavors: [] } });
    assert.deepEqual({ ...vm, boot: true, bootReason: was.bootReason }, was);
  });

  it("takes a server group as long as there is no server", () => {
    const groups = { serverGroups: { db: { policy: "affinity" } } };
    assert.equal(after({ overrides: { serverGroup: "db" }, plan: groups, running: false }).vm.serverGroup, "db");
  });

  it("is read as it was, unless the plan names a way: then from the same place, and with what that way needs", () => {
    const facts = { source: { kind: "vsphere", id: "vm-1", server: "vc1" } };
    const wayOf = (changed: Changed) => after({ facts, ...changed }).vm.disks.map(({ source }) => source);
    for (const change of [{}, { again: true }, { running: false, before: { phase: "precopy" } }])
      assert.deepEqual(
        wayOf(change).map(({ transport, origin }) => [transport, origin]),
        [
          ["file", undefined],
          ["file", undefined],
        ],
      );
    const moved = { ...facts, disks: [disk(2000, { bootOrder: 0 }), disk(2001, { file: "elsewhere.vmdk" })] };
    for (const again of [false, true]) {
      const [first, second] = wayOf({ facts: moved, overrides: { transport: "https" }, again });
      assert.deepEqual(first, {
        ...{ transport: "https", datastore: "ds1", file: "vm/vm-2000.vmdk", format: "vmdk" },
        origin: { server: "vc1", vm: "vm-1", deviceKey: 2000 },
      });
      assert.deepEqual(second, {
        ...{ transport: "https", datastore: "ds1", file: "vm/vm-2001.vmdk", format: "vmdk" },
      });
    }
  });

  it("is planned anew in precopy, but for what holds data and what only the source's silence says", () => {
    const precopy = { before: { phase: "precopy" }, running: false };
    const { vm } = after({ ...precopy, facts: { memoryMiB: 8000, disks: [disk(2000, { file: "x" }), disk(2001)] } });
    assert.equal(vm.flavor.name, "m1.large");
    assert.equal(vm.disks[0]?.source.file, "vm/vm-2000.vmdk");
    const off = after({ ...precopy, facts: silent, overrides: { phase: "cutover" } });
    assert.deepEqual([off.vm.boot, off.vm.phase, off.vm.nics], [true, "cutover", off.was.nics]);
  });

  it("never changes what holds data, whatever facts, plan and cloud become", () => {
    fc.assert(
      fc.property(planInputs, planInputs, fc.boolean(), (first, second, named) => {
        const begun = withVolumes(first);
        const previous = planWave({ ...begun, wave: "wave1" }).file;
        const again = new Set(named ? previous.vms.map(({ key }) => key) : []);
        const now: PlanInput = { ...second, wave: "wave1", offers: begun.offers, previous, again };
        const { file } = planWave(now);
        for (const was of previous.vms) {
          const vm = file.vms.find(({ key }) => key === was.key);
          assert.ok(vm, "a VM that has begun is lost");
          assert.deepEqual(holdsData(vm), holdsData(was));
        }
        const twice = planWave({ ...now, previous: file, again: new Set() });
        assert.deepEqual(twice.file, file, "planned twice is another plan");
      }),
      { numRuns: 200 },
    );
  });

  it("changes nothing at all that the plan does not say, once there may be a server", () => {
    fc.assert(
      fc.property(planInputs, planInputs, (first, second) => {
        const begun = withVolumes(first);
        const previous: WaveFile = planWave({ ...begun, wave: "wave1" }).file;
        const { file } = planWave({ ...begun, wave: "wave1", estate: second.estate, previous });
        for (const was of previous.vms.filter(({ phase }) => phase === "cutover" || phase === "accepted")) {
          const said = first.plan.waves["wave1"]?.vms[was.key]?.nics !== undefined;
          // Facts decide which of the named addresses can be given; everything else must be as it was.
          const vm = file.vms.find(({ key }) => key === was.key);
          assert.deepEqual(said ? { ...vm, nics: [] } : vm, said ? { ...was, nics: [] } : was);
        }
      }),
      { numRuns: 200 },
    );
  });
});

function gold(): Partial<CloudOffer> {
  return { volumeTypes: ["ceph", "gold"].map((name) => volumeType(name, name)) };
}

/** What an edit could change only by making volume, port or server anew. */
function holdsData({ target, generation, availabilityZone, disks, nics }: PlannedVm): unknown {
  return {
    target,
    generation,
    availabilityZone,
    disks: disks.map(({ key, deviceKey, source, capacityBytes, sizeGiB, volumeType, bootIndex }) => ({
      ...{ key, deviceKey, source, capacityBytes },
      ...{ sizeGiB, volumeType, bootIndex },
    })),
    nics: nics.map(({ key, macAddress, networkId }) => ({ key, macAddress, networkId })),
  };
}

/** Every VM of the wave owns a volume with the stack's mark. */
function withVolumes(any: PlanInput): PlanInput {
  const volumes = Object.keys(any.plan.waves["wave1"]?.vms ?? {}).map((key) => volume(`${key}-disk-2000`));
  return { ...any, offers: new Map([...any.offers].map(([name, one]) => [name, { ...one, volumes }])) };
}
