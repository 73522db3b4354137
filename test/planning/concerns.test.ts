import assert from "node:assert/strict";
import type { CloudOffer } from "../../cloud/offer.ts";
import type { Concern } from "../../inventory/schema/wave.ts";
import { allRules } from "../../planning/concerns/all-rules.ts";
import { planWave, type PlanInput } from "../../planning/plan-wave.ts";
import { disk, estateVm, input, network, nic, offer, plan, quota, stack } from "./fixtures.ts";

const mac = "00:50:56:00:00:01";
const quiet = { powerState: "poweredOff" };

/** One VM web01 (switched off, so that nothing is said of it by itself) with these facts, overrides and cloud. */
function one(facts: object, overrides: object = {}, cloud: Partial<CloudOffer> = {}, more: object = {}): PlanInput {
  return input([estateVm("web01", { ...quiet, ...facts })], {
    plan: plan({ web01: overrides }, more),
    offers: new Map([["lab", offer(cloud)]]),
  });
}

/** Several VMs, switched off, with their overrides. */
function several(vms: Record<string, object>, overrides: Record<string, object> = {}, cloud: Partial<CloudOffer> = {}) {
  return input(
    Object.entries(vms).map(([key, facts]) => estateVm(key, { ...quiet, ...facts })),
    {
      plan: plan({ ...Object.fromEntries(Object.keys(vms).map((key) => [key, {}])), ...overrides }),
      offers: new Map([["lab", offer(cloud)]]),
    },
  );
}

const mark = (key: string, owner = stack) => ({ stack: owner, key, generation: 1 });
const port = (changes: Partial<CloudOffer["ports"][number]>): CloudOffer["ports"][number] => ({
  id: "p1",
  name: "somebody",
  networkId: "net-1",
  macAddress: "fa:16:3e:00:00:01",
  fixedIps: [],
  deviceOwner: "compute:nova",
  mark: null,
  ...changes,
});
const volume = (key: string, owner = stack): CloudOffer["volumes"][number] => ({
  id: key,
  name: key,
  status: "in-use",
  sizeGiB: 10,
  volumeType: "ceph",
  mark: mark(key, owner),
});
const begunWeb = {
  volumes: [volume("web01-disk-2000")],
  servers: [{ id: "s1", name: "web01", status: "ACTIVE", mark: mark("web01") }],
};
const onFlat = { nics: [nic(4000, mac, "10.20.0.9")] };
const fixed = (ipAddress: string) => [{ subnetId: "sub-1", ipAddress }];
const diskWith = (changes: object) => ({ disks: [disk(2000, changes)] });
const many = (count: number, changes: object = {}) => ({
  disks: Array.from({ length: count }, (_, index) => disk(2000 + index, { bootOrder: index, ...changes })),
});

interface Case {
  readonly id: string;
  readonly finds: string;
  readonly input: PlanInput;
  /** VM, category and a piece of the assessment of each finding. */
  readonly expected: readonly (readonly [vm: string | null, category: Concern["category"], assessment: RegExp])[];
}

const is = (id: string, finds: string, found: PlanInput, ...expected: Case["expected"]): Case => ({
  id,
  finds,
  input: found,
  expected,
});
const not = (id: string, finds: string, clean: PlanInput): Case => ({ id, finds, input: clean, expected: [] });

const cases: readonly Case[] = [
  is("wave.unknown", "a wave that is not in the plan", { ...one({}), wave: "wave7" }, [
    null,
    "Critical",
    /its waves: wave1/,
  ]),
  is("vm.two-waves", "a VM of two waves", one({}, {}, {}, twoWaves()), ["web01", "Critical", /also in wave wave2/]),
  is(
    "vm.dropped",
    "a VM that has begun and left the plan",
    several({ web01: {} }, {}, { volumes: [volume("db-disk-2000"), volume("web01-disk-2000")] }),
    ["db", "Critical", /set phase: absent instead/],
  ),
  not(
    "vm.dropped",
    "a VM of another stack",
    several({ web01: {} }, {}, { volumes: [volume("db-disk-2000", "wavelift/x")] }),
  ),
  is("vm.no-facts", "a VM without facts", several({}, { web01: {} }), [
    "web01",
    "Critical",
    /no estate file web01\.json/,
  ]),
  is(
    "vm.no-facts",
    "an accepted VM without facts that is in no wave file",
    several({}, { web01: { phase: "accepted" } }),
    ["web01", "Critical", /no estate file/],
  ),
  not("vm.no-facts", "a rolled back VM without facts", several({}, { web01: { phase: "absent" } })),
  is(
    "vm.kept",
    "an entry of the previous wave file",
    { ...one({}, {}, { flavors: [] }), previous: planWave(one({})).file },
    ["web01", "Information", /as it was decided before/],
  ),
  is(
    "plan.not-applied",
    "an edit that a VM which has begun cannot take",
    { ...one({}, { generation: 2 }, begunWeb), previous: planWave(one({})).file },
    ["web01", "Warning", /generation: 1 -> 2: is not applied, web01 has begun.*phase: absent/],
  ),
  not("plan.not-applied", "an edit before it has begun", {
    ...one({}, { generation: 2 }),
    previous: planWave(one({})).file,
  }),
  is(
    "plan.held",
    "a fact that a VM which has begun does not follow",
    { ...one({ memoryMiB: 8000 }, {}, begunWeb), previous: planWave(one({})).file },
    ["web01", "Information", /flavor stays m1\.medium.*m1\.large.*wavelift plan wave1 --vm web01/],
  ),
  is(
    "server.touched",
    "a server that the plan takes away",
    { ...one({}, { boot: false }, begunWeb), previous: planWave(one({ powerState: "poweredOn" })).file },
    ["web01", "Warning", /up DELETES the server \(boot: false in the plan\)/],
  ),
  is(
    "volume.lost",
    "a VM on another target than its volumes",
    {
      ...one({}, { target: "other" }, {}, { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } }),
      offers: new Map([
        ["lab", offer({ volumes: [volume("web01-disk-2000")] })],
        ["other", offer()],
      ]),
    },
    ["web01", "Critical", /web01-disk-2000 is on target lab, the file says other: going on would delete it/],
  ),
  not("volume.lost", "a volume that two targets show, because they are one project", {
    ...one({}, {}, {}, { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } }),
    offers: new Map([
      ["lab", offer({ volumes: [volume("web01-disk-2000")] })],
      ["other", offer({ volumes: [volume("web01-disk-2000")] })],
    ]),
  }),
  is("volume.lost", "a volume whose disk left the file", one({}, {}, { volumes: [volume("web01-disk-2001")] }), [
    "web01",
    "Critical",
    /web01-disk-2001 is there, but the file has no such disk/,
  ]),
  is(
    "dependency.missing",
    "a VM that copies and waits for nobody yet",
    several(
      { a: { powerState: "poweredOn" }, b: { powerState: "poweredOn" } },
      { a: { phase: "precopy", dependsOn: ["b"] }, b: { phase: "precopy" } },
    ),
    ["a", "Information", /depends on b, which is in phase precopy/],
  ),
  is("target.unknown", "a target that could not be read", { ...one({}), offers: new Map() }, [
    "web01",
    "Critical",
    /target lab/,
  ]),
  is("network.unmapped", "an unmapped network", one({ nics: [nic(4000, mac, null, { network: "vlan9" })] }), [
    "web01",
    "Critical",
    /vlan9 of NIC 4000/,
  ]),
  not(
    "network.unmapped",
    "a network that is ignored",
    one({ nics: [nic(4000, mac, null, { network: "vlan9" })] }, { network: "ignore" }),
  ),
  is("volume-type.none", "an unmapped datastore", one(diskWith({ datastore: "ds9" })), [
    "web01",
    "Critical",
    /datastore ds9 of disk 2000/,
  ]),
  is("volume-type.none", "a volume type that is not offered", one({}, { volumeType: "fast" }), [
    "web01",
    "Critical",
    /volume type fast .* name one of ceph/,
  ]),
  is("flavor.none", "no flavor that fits", one({ cpus: 64 }), ["web01", "Critical", /no flavor has >= 64 vCPUs/]),
  is("flavor.too-small", "a named flavor that is too small", one({}, { flavor: "m1.small" }), [
    "web01",
    "Critical",
    /m1\.small 1 x 2048 MiB is less than the VM's 2 x 4096/,
  ]),
  not("flavor.too-small", "a named flavor that covers", one({}, { flavor: "m1.large" })),
  is("zone.unknown", "an unknown zone", one({}, { availabilityZone: "moon" }), [
    "web01",
    "Critical",
    /zone moon .* one of nova/,
  ]),
  not("zone.unknown", "a known zone", one({}, { availabilityZone: "nova" })),
  is("boot.no-disk", "a VM without disks", one({ disks: [] }), ["web01", "Critical", /no disk/]),
  is("boot.several-disks", "two disks without boot order", one({ disks: [disk(2000), disk(2001)] }), [
    "web01",
    "Warning",
    /bootDisk: 2000/,
  ]),
  is(
    "boot.several-disks",
    "disks on two buses without boot order",
    one({ disks: [disk(2000), disk(3000, { controller: { key: null, bus: "ide", busNumber: 0, model: null } })] }),
    ["web01", "Critical", /bootDisk: 2000/],
  ),
  not("boot.several-disks", "a declared boot disk", one({ disks: [disk(2000), disk(2001)] }, { bootDisk: 2001 })),
  is("address.outside-subnet", "an address outside the subnet", one({ nics: [nic(4000, mac, "192.168.1.1")] }), [
    "web01",
    "Critical",
    /192\.168\.1\.1 of NIC 4000 is not in network lab-flat \(one of 10\.20\.0\.0\/24\)/,
  ]),
  is("address.gateway", "the gateway's address", one({ nics: [nic(4000, mac, "10.20.0.1")] }), [
    "web01",
    "Critical",
    /10\.20\.0\.1 of web01-nic-4000 is the gateway/,
  ]),
  is("address.none", "a NIC without address", one({ nics: [nic(4000, mac, null)] }), ["web01", "Warning", /NIC 4000/]),
  not(
    "address.none",
    "no address on purpose",
    one({ nics: [nic(4000, mac, null)] }, { nics: { "4000": { addresses: [] } } }),
  ),
  is(
    "mac.duplicate",
    "one MAC twice in the wave",
    several({ a: { nics: [nic(4000, mac, "10.20.0.9")] }, b: { nics: [nic(4000, mac.toUpperCase(), "10.20.0.8")] } }),
    ["a", "Critical", /that of b-nic-4000/],
    ["b", "Critical", /that of a-nic-4000/],
  ),
  not(
    "mac.duplicate",
    "one MAC in two networks",
    several({ a: onFlat, b: { nics: [nic(4000, mac, "10.30.0.8", { network: "DMZ" })] } }),
  ),
  is(
    "mac.duplicate",
    "a VM that is left out, and tells only that VM's reader",
    several({ a: onFlat, b: onFlat }, { b: { exclude: true } }),
    ["b", "Information", /that of a-nic-4000/],
  ),
  is(
    "mac.duplicate",
    "a MAC of the cloud, in capitals",
    one(onFlat, {}, { ports: [port({ macAddress: "00:50:56:00:00:01" })] }),
    ["web01", "Critical", /port p1 \(somebody\)/],
  ),
  not(
    "mac.duplicate",
    "two NICs to which Neutron gives a MAC",
    several({ a: { nics: [nic(4000, null, "10.20.0.9")] }, b: { nics: [nic(4000, null, "10.20.0.8")] } }),
  ),
  is("disk.archive", "a disk inside an .ova", one(diskWith({ file: "app/web.ova", member: "web-disk1.vmdk" })), [
    "web01",
    "Critical",
    /disk 2000 is web-disk1\.vmdk inside app\/web\.ova/,
  ]),
  not("disk.archive", "a disk in a file of its own", one(diskWith({ member: null }))),
  is("mac.unknown", "a NIC without MAC", one({ nics: [nic(4000, null, "10.20.0.9")] }), [
    "web01",
    "Warning",
    /no MAC of NIC 4000 \(VM Network\)/,
  ]),
  not("mac.unknown", "a NIC with one", one(onFlat)),
  not("mac.duplicate", "its own port", one(onFlat, {}, { ports: [port({ macAddress: mac, mark: mark("web01") })] })),
  is(
    "mac.duplicate",
    "another stack's port",
    one(onFlat, {}, { ports: [port({ macAddress: mac, mark: mark("web01", "wavelift/x") })] }),
    ["web01", "Critical", /port p1/],
  ),
  is(
    "ip.duplicate",
    "one address twice in the wave, in two spellings",
    several({
      a: { nics: [nic(4000, mac, "2001:db8:30::5", { network: "DMZ" })] },
      b: { nics: [nic(4000, "00:50:56:00:00:02", "2001:DB8:30:0::5", { network: "DMZ" })] },
    }),
    ["a", "Critical", /2001:db8:30::5 of a-nic-4000 is also that of b-nic-4000/],
    ["b", "Critical", /that of a-nic-4000/],
  ),
  is("ip.duplicate", "an address of the cloud", one(onFlat, {}, { ports: [port({ fixedIps: fixed("10.20.0.9") })] }), [
    "web01",
    "Critical",
    /10\.20\.0\.9 .* port p1/,
  ]),
  is(
    "ip.duplicate",
    "the DHCP agent's address",
    one(onFlat, {}, { ports: [port({ fixedIps: fixed("10.20.0.9"), deviceOwner: "network:dhcp" })] }),
    ["web01", "Critical", /allocation pool/],
  ),
  not(
    "ip.duplicate",
    "its own address",
    one(onFlat, {}, { ports: [port({ fixedIps: fixed("10.20.0.9"), mark: mark("web01") })] }),
  ),
  is(
    "name.duplicate",
    "a server of that name",
    one({ powerState: "poweredOn" }, {}, { servers: [{ id: "s1", name: "web01", status: "ACTIVE", mark: null }] }),
    ["web01", "Warning", /server s1/],
  ),
  is(
    "name.duplicate",
    "two VMs of one name",
    several({ a: { name: "x", powerState: "poweredOn" }, b: { name: "x", powerState: "poweredOn" } }),
    ["a", "Warning", /VM b/],
    ["b", "Warning", /VM a/],
  ),
  not(
    "name.duplicate",
    "its own server",
    one(
      { powerState: "poweredOn" },
      {},
      { servers: [{ id: "s1", name: "web01", status: "ACTIVE", mark: mark("web01") }] },
    ),
  ),
  is(
    "vip.unreached",
    "a cluster address in none of its subnets",
    one({ ...onFlat, vips: ["10.99.0.1", "10.20.0.100"] }),
    ["web01", "Critical", /cluster address 10\.99\.0\.1/],
  ),
  is("port-security.off", "a network without port security", one(onFlat, {}, openNetwork()), [
    "web01",
    "Warning",
    /NIC 4000/,
  ]),
  is("security-group.none", "a NIC without security group", one({}, { securityGroups: [] }), [
    "web01",
    "Warning",
    /NIC 4000/,
  ]),
  not("security-group.none", "a network where none can be", one(onFlat, { securityGroups: [] }, openNetwork())),
  is(
    "group.not-on-target",
    "groups of other targets",
    one(
      {},
      { serverGroup: "pair" },
      {},
      {
        securityGroups: { web: { targets: [] } },
        serverGroups: { pair: { policy: "anti-affinity", targets: [] } },
      },
    ),
    ["web01", "Critical", /security group web/],
    ["web01", "Critical", /server group pair/],
  ),
  is("network.not-owned", "a member on the network of another project", one(onFlat, {}, member("other")), [
    "web01",
    "Critical",
    /lab-flat of NIC 4000 belongs to project other/,
  ]),
  not("network.not-owned", "a member on its own network", one(onFlat, {}, member("project-1"))),
  not("network.not-owned", "an admin", one(onFlat, {}, { ...member("other"), isAdmin: true })),
  is("disk.rdm", "an RDM", one(diskWith({ rdm: "physical" })), ["web01", "Critical", /disk 2000 is a physical RDM/]),
  is(
    "disk.shared",
    "shared disks",
    one({
      disks: [
        disk(2000, { bootOrder: 0, sharing: "multiWriter" }),
        disk(2001, { controller: { key: 1, bus: "scsi", busNumber: 1, model: null, sharedBus: "physical" } }),
      ],
    }),
    ["web01", "Critical", /disk 2000 is shared \(multi-writer\)/],
    ["web01", "Critical", /disk 2001 is shared \(bus sharing physical\)/],
  ),
  is("disk.mode", "an independent disk", one(diskWith({ mode: "independent_persistent" })), [
    "web01",
    "Warning",
    /independent/,
  ]),
  is("disk.mode", "a redo log", one(diskWith({ mode: "undoable" })), ["web01", "Critical", /redo log/]),
  is("disk.nvme", "an NVMe disk", one(diskWith({ controller: { key: 1, bus: "nvme", busNumber: 0, model: null } })), [
    "web01",
    "Warning",
    /disk 2000/,
  ]),
  is("disk.encrypted", "an encrypted disk", one(diskWith({ encrypted: true })), ["web01", "Critical", /disk 2000/]),
  is("disk.bus-full", "more disks than IDE takes", one({ ...many(5), guestId: "otherGuest" }), [
    "web01",
    "Critical",
    /5 disks, but ide takes 4/,
  ]),
  not("disk.bus-full", "as many as virtio-scsi likes", one(many(30))),
  is("snapshot.present", "a snapshot", one({ snapshots: [{ id: "1", name: "before\nupgrade" }] }), [
    "web01",
    "Critical",
    /1 snapshots \(before\\u\{a\}upgrade\)/,
  ]),
  is("vm.template", "a template", one({ template: true }), ["web01", "Critical", /template/]),
  is("vm.suspended", "a suspended VM", one({ powerState: "suspended" }), ["web01", "Critical", /suspended/]),
  is("vm.running", "a running VM", one({ powerState: "poweredOn" }), ["web01", "Warning", /shut its guest down/]),
  is("vm.tpm", "a vTPM", one({ tpm: true }), ["web01", "Warning", /recovery keys/]),
  is("host-name.missing", "no host name", one({ hostName: null }), ["web01", "Information", /no host name/]),
  is("host-name.missing", "no real host name", one({ hostName: "localhost.localdomain" }), [
    "web01",
    "Information",
    /localhost/,
  ]),
  is("guest.no-virtio", "Windows", one({ guestId: "windows2022srvNext_64Guest" }), [
    "web01",
    "Warning",
    /hw_disk_bus: scsi/,
  ]),
  is(
    "dependency.cycle",
    "a cycle",
    several({ a: {}, b: {}, c: {} }, { a: { dependsOn: ["b"] }, b: { dependsOn: ["a"] }, c: { dependsOn: ["a"] } }),
    ["a", "Critical", /a -> b -> a/],
    ["b", "Critical", /b -> a -> b/],
  ),
  is(
    "dependency.missing",
    "VMs without server",
    several(
      {
        a: { powerState: "poweredOn" },
        excluded: { powerState: "poweredOn" },
        off: {},
        gone: { powerState: "poweredOn" },
        up: { powerState: "poweredOn" },
      },
      {
        a: { dependsOn: ["excluded", "off", "gone", "up", "nobody"] },
        excluded: { exclude: true },
        gone: { phase: "absent" },
      },
    ),
    ["a", "Critical", /on excluded, which is left out/],
    ["a", "Critical", /on gone, which is in phase absent/],
    ["a", "Critical", /on nobody, which is no VM of this wave/],
    ["a", "Critical", /on off, which is not booted/],
  ),
  is(
    "override.ineffective",
    "overrides of unknown and of hard rules",
    one({ cpus: 64 }, { concerns: { "snapshot.presnt": waive(), "flavor.none": waive() } }),
    ["web01", "Warning", /flavor\.none cannot be changed/],
    ["web01", "Warning", /no rule snapshot\.presnt; did you mean snapshot\.present\?/],
  ),
  is(
    "quota.exceeded",
    "more than is left of each",
    one({ powerState: "poweredOn" }, {}, { quota: full() }),
    ...everyQuota(),
  ),
  not("quota.exceeded", "just enough", one({ powerState: "poweredOn" }, {}, { quota: enough() })),
  not("quota.exceeded", "the rest of a wave half done, at exactly the quota", halfDone(2)),
  is("quota.exceeded", "the rest of a wave half done, where the quota is one short", halfDone(1), [
    null,
    "Critical",
    /1 more volumes needed, 0 of 1 left/,
  ]),
  not(
    "quota.exceeded",
    "a port without MAC that is there already",
    one(
      { powerState: "poweredOn", nics: [nic(4000, mac, "10.20.0.9"), nic(4001, null, "10.20.0.8")] },
      {},
      {
        quota: full(),
        volumes: [volume("web01-disk-2000")],
        ports: [
          port({ macAddress: mac, mark: mark("web01") }),
          port({ id: "p2", macAddress: "fa:16:3e:00:00:02", mark: mark("web01") }),
        ],
        servers: [{ id: "s", name: "web01", status: "ACTIVE", mark: mark("web01") }],
      },
    ),
  ),
  is(
    "quota.exceeded",
    "a port without MAC, where the VM's only port is another NIC's",
    one(
      { powerState: "poweredOn", nics: [nic(4000, mac, "10.20.0.9"), nic(4001, null, "10.20.0.8")] },
      {},
      {
        quota: full(),
        volumes: [volume("web01-disk-2000")],
        ports: [port({ macAddress: mac, mark: mark("web01") })],
        servers: [{ id: "s", name: "web01", status: "ACTIVE", mark: mark("web01") }],
      },
    ),
    [null, "Critical", /1 more ports needed/],
  ),
  not(
    "quota.exceeded",
    "what is there already",
    one(
      { powerState: "poweredOn", ...onFlat },
      {},
      {
        quota: full(),
        volumes: [volume("web01-disk-2000")],
        ports: [port({ macAddress: mac, mark: mark("web01") })],
        servers: [{ id: "s", name: "web01", status: "ACTIVE", mark: mark("web01") }],
      },
    ),
  ),
  not(
    "quota.exceeded",
    "VMs that are left out or rolled back",
    several({ a: {}, b: {} }, { a: { exclude: true }, b: { phase: "absent" } }, { quota: full() }),
  ),
];

function twoWaves(): object {
  const wave = { target: "lab", vms: { web01: {} } };
  return { waves: { wave1: wave, wave2: wave } };
}

function openNetwork(): Partial<CloudOffer> {
  return { networks: [network("net-1", "lab-flat", { portSecurityEnabled: false })] };
}

function member(owner: string): Partial<CloudOffer> {
  return { isAdmin: false, networks: [network("net-1", "lab-flat", { projectId: owner, shared: true })] };
}

function waive(): object {
  return { category: "waived", reason: "reviewed by operations" };
}

function limits(extra: number) {
  const item = (used: number, need: number) => ({ limit: used + need - 1 + extra, used });
  return quota({
    instances: item(3, 1),
    cores: item(7, 2),
    ramMiB: item(512, 4096),
    volumes: item(2, 1),
    gigabytes: item(20, 10),
    ports: item(5, 1),
    perVolumeType: { ceph: { volumes: item(0, 1), gigabytes: item(0, 10) } },
  });
}

function full() {
  return limits(0);
}

function enough() {
  return limits(1);
}

function everyQuota(): Case["expected"] {
  return [
    [null, "Critical", /1 more instances needed, 0 of 3 left/],
    [null, "Critical", /1 more ports needed, 0 of 5 left/],
    [null, "Critical", /1 more volumes needed, 0 of 2 left/],
    [null, "Critical", /1 more volumes of type ceph needed, 0 of 0 left/],
    [null, "Critical", /10 more gigabytes needed, 9 of 29 left/],
    [null, "Critical", /10 more gigabytes of type ceph needed, 9 of 9 left/],
    [null, "Critical", /2 more cores needed, 1 of 8 left/],
    [null, "Critical", /4096 more RAM in MiB needed, 4095 of 4607 left/],
  ];
}

/** Two VMs of which one has its volume (and a second one that a killed run left), with a quota of so many volumes. */
function halfDone(limit: number): PlanInput {
  const leftover = { ...volume("a-disk-2000"), id: "leftover", status: "error" };
  return several(
    { a: {}, b: {} },
    {},
    {
      volumes: [volume("a-disk-2000"), leftover],
      quota: quota({ volumes: { limit, used: 1 } }),
    },
  );
}

describe("concerns", () => {
  for (const { id, finds, input: given, expected } of cases)
    it(`${id}: ${expected.length === 0 ? "is silent about " : ""}${finds}`, () => {
      const found = planWave(given).concerns.filter((concern) => concern.id === id);
      const texts = found.map(({ vm, category, assessment }) => `${String(vm)} ${category}: ${assessment}`);
      assert.equal(found.length, expected.length, texts.join("\n"));
      for (const [index, [vm, category, assessment]] of expected.entries()) {
        assert.deepEqual([found[index]?.vm, found[index]?.category], [vm, category]);
        assert.match(found[index]?.assessment ?? "", assessment);
      }
    });

  it("have a case that finds something for every rule", () => {
    const tested = new Set(cases.filter(({ expected }) => expected.length > 0).map(({ id }) => id));
    assert.deepEqual(
      allRules.map(({ id }) => id).filter((id) => !tested.has(id)),
      [],
    );
  });

  it("have ids, each once, and say why they matter", () => {
    assert.equal(new Set(allRules.map(({ id }) => id)).size, allRules.length);
    for (const { id, why, label } of allRules)
      assert.ok(/^[a-z0-9.-]+$/.test(id) && why.endsWith(".") && label !== "", id);
  });

  it("say nothing about a plain VM", () => {
    assert.deepEqual(planWave(one({})).concerns, []);
  });

  it("change category or are waived by the plan, which keeps the reason", () => {
    const snapshots = { snapshots: [{ id: "1", name: "s" }], tpm: true };
    const reason = "merged by hand on Monday";
    const concerns = { "snapshot.present": { category: "waived", reason }, "vm.tpm": { category: "Critical", reason } };
    const [tpm, snapshot] = planWave(one(snapshots, { concerns })).concerns;
    assert.deepEqual([tpm?.id, tpm?.category, tpm?.overridden], ["vm.tpm", "Critical", reason]);
    assert.deepEqual([snapshot?.category, snapshot?.overridden], ["Information", reason]);
    assert.match(snapshot?.assessment ?? "", /\(waived: merged by hand on Monday\)$/);
  });

  it("of a hard rule cannot be waived: without a flavor there is nothing to declare", () => {
    const { file, concerns } = planWave(one({ cpus: 64 }, { concerns: { "flavor.none": waive() } }));
    assert.deepEqual([file.vms.length, concerns[0]?.id, concerns[0]?.category], [0, "flavor.none", "Critical"]);
  });

  it("of a VM that is left out are only told", () => {
    const { concerns } = planWave(one({ cpus: 64, tpm: true }, { exclude: true }));
    assert.deepEqual(
      concerns.map(({ id, category }) => [id, category]),
      [
        ["flavor.none", "Information"],
        ["vm.tpm", "Information"],
      ],
    );
  });

  it("are not looked for in VMs that are absent or accepted", () => {
    for (const phase of ["absent", "accepted"])
      assert.deepEqual(planWave(one({ tpm: true, snapshots: [{ id: "1", name: "s" }] }, { phase })).concerns, []);
  });
});
