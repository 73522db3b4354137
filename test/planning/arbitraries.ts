import fc from "fast-check";
import type { CloudOffer, Flavor } from "../../cloud/offer.ts";
import { EstateVm } from "../../inventory/schema/estate.ts";
import { Plan } from "../../inventory/schema/plan.ts";
import type { PlanInput } from "../../planning/plan-wave.ts";
import { flavor, network, offer, quota, stack, subnet, vmInput } from "./fixtures.ts";

/** Text as hostile as a source's names can be: controls, marks that turn the line, half characters, long ones. */
export const hostileText = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1 }),
    fc.string({ unit: "grapheme", minLength: 1 }),
    fc.constantFrom(
      "\u202emoc.live",
      "a\nb",
      "$(reboot)",
      "../../etc",
      "\u001b[2J",
      "\ud800",
      "{name}{key}",
      "\u{1f600}",
      "__proto__",
    ),
    fc.constant("x".repeat(4096)),
  )
  .map((text) => text.slice(0, 4096));

const networkName = fc.constantFrom("VM Network", "DMZ", "constructor", "unmapped");
const address = fc.oneof(
  fc.integer({ min: 1, max: 254 }).map((last) => `10.20.0.${last}`),
  fc.integer({ min: 1, max: 254 }).map((last) => `10.30.0.${last}`),
  fc.integer({ min: 1, max: 9 }).map((last) => `2001:DB8:30:0::${last}`),
  fc.constantFrom("fe80::1", "192.168.7.7", "::ffff:10.20.0.5"),
);

const nic = (deviceKey: number) =>
  fc.record({
    deviceKey: fc.constant(deviceKey),
    label: hostileText,
    macAddress: fc.integer({ min: 0, max: 15 }).map((last) => `00:50:56:AA:00:0${last.toString(16)}`),
    network: networkName,
    adapter: fc.constantFrom("vmxnet3", "e1000e", "virtio", null),
    connected: fc.boolean(),
    addresses: fc.array(fc.record({ address, prefixLength: fc.constantFrom(24, null) }), { maxLength: 3 }),
  });

const disk = (deviceKey: number) =>
  fc.record({
    deviceKey: fc.constant(deviceKey),
    label: hostileText,
    capacityBytes: fc.integer({ min: 1, max: 2 ** 44 }),
    file: hostileText,
    datastore: fc.constantFrom("ds1", "ds1", "ds1", "toString"),
    format: fc.constantFrom("vmdk", "vhdx", "qcow2", "raw"),
    controller: fc.record({
      key: fc.constant(null),
      bus: fc.constantFrom("scsi", "sata", "ide", "nvme"),
      busNumber: fc.integer({ min: 0, max: 3 }),
      model: fc.constantFrom("pvscsi", "virtio", "virtio-scsi", null),
      sharedBus: fc.constantFrom("none", "none", "none", "physical"),
    }),
    unit: fc.integer({ min: 0, max: 15 }),
    mode: fc.constantFrom("persistent", "persistent", "independent_persistent", "append"),
    rdm: fc.constantFrom("none", "none", "virtual"),
    bootOrder: fc.constantFrom(null, null, 0, 1),
  });

const vm = (key: string) =>
  fc
    .record({
      name: hostileText,
      powerState: fc.constantFrom("poweredOn", "poweredOff", "suspended"),
      cpus: fc.integer({ min: 1, max: 12 }),
      coresPerSocket: fc.constantFrom(null, 1, 2, 4),
      memoryMiB: fc.integer({ min: 1, max: 20_000 }),
      firmware: fc.constantFrom("bios", "efi", "efi", null),
      secureBoot: fc.constantFrom(true, false, null),
      tpm: fc.constantFrom(true, false, null),
      notTold: fc.subarray(["disks", "nics", "snapshots", "exactSizes"]),
      guestId: fc.oneof(fc.constantFrom("debian12_64Guest", "windows2019srv_64Guest", "winXPProGuest"), hostileText),
      hostName: fc.constantFrom(null, "localhost", "web"),
      snapshots: fc.array(fc.record({ id: fc.string(), name: hostileText }), { maxLength: 2 }),
      vips: fc.array(address, { maxLength: 2 }),
      disks: fc.integer({ min: 0, max: 3 }).chain((count) => fc.tuple(...range(count).map((i) => disk(2000 + i)))),
      nics: fc.integer({ min: 0, max: 3 }).chain((count) => fc.tuple(...range(count).map((i) => nic(4000 + i)))),
    })
    .map((changes) => EstateVm.parse({ ...vmInput(key), ...changes }));

const keys = ["a", "b", "c", "d"];

const overrides = fc.record(
  {
    name: hostileText.map((text) => text.slice(0, 255)).filter((text) => text !== ""),
    target: fc.constantFrom("lab", "lab", "other"),
    flavor: fc.constantFrom("m1.small", "f0", "nope"),
    bootDisk: fc.constantFrom(2000, 2001, 9),
    firmware: fc.constantFrom("bios", "efi"),
    secureBoot: fc.boolean(),
    boot: fc.boolean(),
    phase: fc.constantFrom("absent", "precopy", "cutover", "accepted"),
    exclude: fc.boolean(),
    volumeType: fc.constantFrom("ceph", "nope"),
    network: fc.constantFrom("ignore" as const, { network: "lab-vxlan", subnet: "sub-2" }, { network: "twice" }),
    imageProperties: fc.constantFrom({ hw_disk_bus: "virtio" }, { hw_video_model: "" }),
    dependsOn: fc.array(fc.constantFrom(...keys, "zz"), { maxLength: 2 }),
    securityGroups: fc.constantFrom([], ["web"]),
    availabilityZone: fc.constantFrom("nova", "moon"),
    concerns: fc.constantFrom(
      { "snapshot.present": { category: "waived", reason: "reviewed by ops" } },
      { "flavor.none": { category: "Information", reason: "does not matter" } },
    ),
    nics: fc.constantFrom(
      { "4000": { addresses: ["10.20.0.77"] } },
      { "4001": { ignore: true } },
      { "4000": { subnet: "sub-6" } },
    ),
  },
  { requiredKeys: [] },
);

export const flavors: fc.Arbitrary<Flavor[]> = fc
  .array(
    fc.record({
      vcpus: fc.integer({ min: 1, max: 16 }),
      memoryMiB: fc.integer({ min: 1, max: 32_768 }),
      diskGiB: fc.integer({ min: 0, max: 40 }),
      disabled: fc.boolean(),
      extraSpecs: fc.constantFrom({}, {}, { "hw_rng:allowed": "True" }, { "hw:mem_page_size": "large" }),
    }),
    { maxLength: 12 },
  )
  .map((list) => list.map((one, index) => ({ ...flavor(`f${index}`, one.vcpus, one.memoryMiB), ...one })));

const cloud: fc.Arbitrary<CloudOffer> = fc
  .record({ isAdmin: fc.boolean(), extra: flavors, cores: fc.constantFrom(null, 4), begun: fc.subarray(keys) })
  .map(({ isAdmin, extra, cores, begun }) =>
    offer({
      isAdmin,
      flavors: [...offer().flavors, ...extra],
      networks: [...offer().networks, network("net-3", "twice"), network("net-4", "twice", { projectId: "other" })],
      subnets: [...offer().subnets, subnet("sub-4", "net-4", "10.40.0.0/24", null)],
      quota: quota({ cores: { limit: cores, used: 0 } }),
      volumes: begun.map((key) => ({
        id: `vol-${key}`,
        name: key,
        status: "in-use",
        sizeGiB: 1,
        volumeType: "ceph",
        mark: { stack, key: `${key}-disk-2000`, generation: 1 },
      })),
    }),
  );

/** Any input of planWave: VMs that can be planned and that cannot, with and without facts, wave and target. */
export const planInputs: fc.Arbitrary<PlanInput> = fc
  .record({
    vms: fc.tuple(...keys.map((key) => fc.option(vm(key), { freq: 9, nil: null }))),
    overrides: fc.tuple(...keys.map(() => overrides)),
    defaults: fc.option(overrides, { nil: undefined }),
    cloud,
    wave: fc.constantFrom("wave1", "wave1", "wave1", "wave9"),
  })
  .map(({ vms, overrides: own, defaults, cloud: lab, wave }) => {
    const { phase, flavor: named, concerns } = defaults ?? {};
    return {
      plan: Plan.parse({
        version: 1,
        targets: { lab: { cloud: "lab" }, other: { cloud: "other" } },
        networks: { "VM Network": { network: "lab-flat" }, DMZ: { network: "lab-vxlan" } },
        datastores: { ds1: "ceph" },
        securityGroups: { web: {} },
        waves: {
          wave1: {
            target: "lab",
            vms: Object.fromEntries(keys.map((key, index) => [key, own[index] ?? null])),
            defaults: JSON.parse(JSON.stringify({ phase, flavor: named, concerns })) as object,
          },
        },
      }),
      wave,
      estate: new Map(vms.flatMap((one) => (one === null ? [] : [[one.key, one]]))),
      offers: new Map([["lab", lab]]),
      stack,
      previous: null,
    };
  });

function range(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index);
}
