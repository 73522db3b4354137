import assert from "node:assert/strict";
import fc from "fast-check";
import { EstateVm } from "../../inventory/schema/estate.ts";
import { SourceFacts } from "../../inventory/schema/source.ts";
import { factRules } from "../../planning/concerns/fact-rules.ts";
import { judgeFacts } from "../../planning/concerns/judge-facts.ts";
import { hostileText } from "./arbitraries.ts";
import { disk, nic, vmInput } from "./fixtures.ts";

const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null, freq: 3 });
const few = <T>(values: fc.Arbitrary<T>) => fc.array(values, { maxLength: 3 });
const cluster = fc.constantFrom("C1", "constructor");
const guest = fc.oneof(
  fc.constantFrom(
    "Microsoft Windows Server 2012 R2 (64-bit)",
    "Ubuntu Linux",
    "Other (64-bit)",
    "Microsoft Windows 10",
  ),
  hostileText,
);

/** All that rules of facts alone look at, as hostile as a source can be. */
const facts = fc.record({
  name: hostileText,
  hostName: orNull(fc.oneof(hostileText, fc.constantFrom("dc01", "localhost"))),
  powerState: fc.constantFrom("poweredOn", "poweredOff", "suspended"),
  firmware: orNull(fc.constantFrom("bios", "efi")),
  secureBoot: orNull(fc.boolean()),
  tpm: orNull(fc.boolean()),
  toolsState: fc.constantFrom("running", "notRunning", "notInstalled", "unknown"),
  guestId: fc.oneof(
    fc.constantFrom("windows9_64Guest", "windows2022srvNext_64Guest", "darwin22_64Guest", ""),
    hostileText,
  ),
  guestName: orNull(guest),
  guestReportedName: orNull(guest),
  hardwareVersion: orNull(fc.integer({ min: 1, max: 21 })),
  changeTracking: orNull(fc.boolean()),
  cpuHotAdd: orNull(fc.boolean()),
  cpuAffinity: orNull(fc.boolean()),
  faultTolerance: orNull(fc.boolean()),
  consolidationNeeded: orNull(fc.boolean()),
  connectionState: orNull(fc.oneof(fc.constantFrom("connected", "orphaned"), hostileText)),
  cluster: orNull(cluster),
  software: orNull(few(fc.oneof(fc.constantFrom("clussvc.exe", "mcshield.exe", "constructor"), hostileText))),
  placementRules: few(
    fc.record({
      name: hostileText,
      kind: fc.constantFrom("affinity", "antiAffinity", "hostAffinity", "hostAntiAffinity"),
      enabled: fc.boolean(),
      others: fc.array(hostileText, { maxLength: 9 }),
    }),
  ),
  devices: few(
    fc.record({
      kind: fc.constantFrom("passthrough", "sriov", "usb", "usbController", "serial", "cdrom"),
      label: hostileText,
      connected: orNull(fc.boolean()),
    }),
  ),
  guestDisks: few(
    fc.record({
      path: fc.oneof(fc.constantFrom("/", "C:\\"), hostileText),
      capacityBytes: fc.nat(),
      freeBytes: fc.nat(),
      fileSystem: orNull(hostileText),
    }),
  ),
  ovfProperties: fc.dictionary(hostileText, fc.string(), { maxKeys: 3 }),
  snapshots: few(fc.record({ id: fc.string(), name: hostileText })),
  disks: fc
    .record({ datastore: hostileText, file: hostileText, parentFile: orNull(hostileText) })
    .map((one) => [disk(2000, one)]),
  nics: few(hostileText).map((names) =>
    names.map((network, index) => nic(4000 + index, "00:50:56:00:00:01", null, { network })),
  ),
});

const vms = fc
  .array(facts, { minLength: 1, maxLength: 4 })
  .map((list) =>
    list.map((changes, index) =>
      EstateVm.parse({
        ...vmInput(`vm-${index}`),
        ...changes,
        source: { kind: "vsphere", id: `vm-${index}`, server: "vc1" },
      }),
    ),
  );

const sources = fc
  .record({ drs: orNull(fc.boolean()), vlan: orNull(hostileText), datastore: hostileText, network: hostileText })
  .map(({ drs, vlan, datastore, network }) => [
    SourceFacts.parse({
      version: 1,
      server: "vc1",
      kind: "vsphere",
      clusters: [
        { name: "C1", drs },
        { name: "constructor", drs },
      ],
      datastores: [{ name: datastore, accessible: false }],
      networks: [{ name: network, vlan, kind: "opaque" }],
    }),
  ]);

describe("rules of facts alone", () => {
  it("never throw, name only VMs that are there, and print nothing that a terminal would obey", () => {
    fc.assert(
      fc.property(vms, sources, (vms, sources) => {
        const keys = new Set(vms.map(({ key }) => key));
        for (const { id, checkFacts } of factRules)
          for (const { vm, assessment } of checkFacts({ vms, sources })) {
            assert.ok(vm === null || keys.has(vm), id);
            assert.doesNotMatch(assessment, /[\p{C}\p{Zl}\p{Zp}]/u, id);
            assert.ok(assessment.length < 1000, `${id}: ${assessment.length} characters`);
          }
      }),
      { numRuns: 300 },
    );
  });

  it("find the same whatever the order of the VMs", () => {
    fc.assert(
      fc.property(vms, sources, (vms, sources) => {
        const found = judgeFacts({ vms, sources }, new Map());
        assert.deepEqual(judgeFacts({ vms: [...vms].reverse(), sources }, new Map()), found);
        assert.ok(found.every(({ id }) => id !== "rule.failed"));
      }),
      { numRuns: 150 },
    );
  });
});
