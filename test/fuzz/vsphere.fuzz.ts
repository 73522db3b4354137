import assert from "node:assert/strict";
import fc from "fast-check";
import { FoundVm, type Finding } from "../../inventory/readers/reader.ts";
import { vsphereVm } from "../../inventory/readers/vsphere-vm.ts";
import { formatFaults } from "../../inventory/fault.ts";
import { AnswerError } from "../../inventory/vsphere/xml-node.ts";
import { nowhere, objectIn, vmXml, type VmFacts } from "../inventory/vsphere/vm-xml.ts";
import type { Fuzz } from "./fuzz.ts";

/** Text that XML can hold; what it cannot, a server cannot send. Line ends are XML's to change. */
const text = fc
  .oneof(
    fc.string({ unit: "grapheme", maxLength: 40 }),
    fc.constantFrom("../x", "\u202egnp", "$(id)", "a\nb: [", "x".repeat(4096)),
  )
  .map((one) => one.replace(/(?![\t\n])[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "_"));
const mac = fc.array(fc.integer({ min: 0, max: 255 }), { minLength: 6, maxLength: 6 });
const facts: fc.Arbitrary<VmFacts> = fc.record({
  id: fc.integer({ min: 1, max: 99_999 }).map((number) => `vm-${number}`),
  name: text.filter((one) => one !== ""),
  cpus: fc.integer({ min: 1, max: 128 }),
  memoryMiB: fc.integer({ min: 4, max: 6_291_456 }),
  annotation: text,
  disks: fc
    .uniqueArray(fc.integer({ min: 0, max: 63 }), { maxLength: 3 })
    .chain((units) =>
      fc
        .tuple(fc.constant(units), fc.integer({ min: 1, max: 2 ** 50 }))
        .map(([all, bytes]) => all.map((unit) => ({ key: 2000 + unit, unit, bytes, file: `folder/${unit}.vmdk` }))),
    ),
  nics: fc.array(mac, { maxLength: 2 }).map((macs) =>
    macs.map((bytes, index) => ({
      key: 4000 + index,
      mac: bytes.map((byte) => byte.toString(16).padStart(2, "0")).join(":"),
      address: `10.0.${bytes[0] ?? 0}.${bytes[1] ?? 0}`,
      prefix: (bytes[2] ?? 0) % 33,
    })),
  ),
  snapshots: fc.array(text, { maxLength: 4 }),
});

/** What may happen to an answer on its way, or in a server that has lost its mind. */
const damage: fc.Arbitrary<(xml: string) => string> = fc.oneof(
  fc.nat().map((at) => (xml: string) => xml.slice(0, at % xml.length)),
  fc.tuple(fc.nat(), fc.string({ maxLength: 3 })).map(([at, more]) => (xml: string) => {
    const place = at % xml.length;
    return `${xml.slice(0, place)}${more}${xml.slice(place + more.length)}`;
  }),
  fc
    .tuple(
      fc.nat(),
      fc.constantFrom("", "-1", "1e9", "9".repeat(400), "NaN", "\u202e", "&lt;", "constructor", "__proto__"),
    )
    .map(([at, word]) => (xml: string) => {
      const parts = xml.split(/(?<=>)([^<>]+)(?=<\/)/);
      const place = (at % Math.max(1, Math.floor(parts.length / 2))) * 2 + 1;
      return parts.map((part, index) => (index === place ? word : part)).join("");
    }),
  fc
    .tuple(fc.nat(), fc.constantFrom("VirtualTPM", "VirtualE1000", "toString", "VirtualDisk", "ManagedObjectReference"))
    .map(([at, type]) => (xml: string) => {
      let seen = 0;
      const all = xml.match(/xsi:type="\w+"/g)?.length ?? 1;
      return xml.replace(/xsi:type="\w+"/g, (found) => (seen++ === at % all ? `xsi:type="${type}"` : found));
    }),
  fc.constant((xml: string) => `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>${xml}`),
);

function read(xml: string): Finding[] {
  try {
    const object = objectIn(xml);
    return object === undefined
      ? []
      : vsphereVm(object, { server: "vc", places: nowhere, customFields: new Map(), tags: [] });
  } catch (error) {
    assert.ok(error instanceof AnswerError, String(error));
    return [];
  }
}

/** Answers of the vSphere API -> VMs. */
export const fuzz: Fuzz = {
  name: "vsphere",
  runs: 30_000,
  property: () =>
    fc.property(
      facts,
      fc.oneof({ weight: 1, arbitrary: fc.constant(null) }, { weight: 4, arbitrary: damage }),
      (vm, hurt) => {
        const findings = read(hurt === null ? vmXml(vm) : hurt(vmXml(vm)));
        for (const finding of findings) {
          if ("vm" in finding) assert.deepEqual(FoundVm.parse(finding.vm), finding.vm);
          // Every line of what is printed is one of ours.
          if ("fault" in finding) assert.match(formatFaults([finding.fault]).replaceAll("\n", ""), /^\P{Cc}*$/u);
        }
        if (hurt !== null) return;
        const [found, ...others] = findings;
        assert.ok(found !== undefined && "vm" in found && others.length === 0, JSON.stringify(findings));
        assert.deepEqual(factsOf(found.vm, vm), { ...vm });
      },
    ),
};

/** The facts that a VM was made from, as they were found. */
function factsOf(vm: FoundVm, { name }: VmFacts): VmFacts {
  return {
    id: vm.source.id,
    // vCenter's escapes are not written here.
    name: vm.name === name.replace(/%(2f|5c|25)/gi, (escaped) => decodeURIComponent(escaped)) ? name : vm.name,
    cpus: vm.cpus,
    memoryMiB: vm.memoryMiB,
    annotation: vm.annotation ?? "",
    disks: vm.disks.map(({ deviceKey, unit, capacityBytes, file }) => ({
      key: deviceKey,
      unit,
      bytes: capacityBytes,
      file,
    })),
    nics: vm.nics.map(({ deviceKey, macAddress, addresses }) => ({
      key: deviceKey,
      mac: macAddress ?? "",
      address: addresses[0]?.address ?? "",
      prefix: addresses[0]?.prefixLength ?? -1,
    })),
    snapshots: vm.snapshots.map((one) => one.name),
  };
}
