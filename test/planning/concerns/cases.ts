import assert from "node:assert/strict";
import type { CloudOffer } from "../../../cloud/offer.ts";
import { SourceFacts } from "../../../inventory/schema/source.ts";
import type { Concern } from "../../../inventory/schema/wave.ts";
import { allRules } from "../../../planning/concerns/all-rules.ts";
import { planWave, type PlanInput } from "../../../planning/plan-wave.ts";
import { disk, estateVm, input, network, nic, offer, plan, stack } from "../fixtures.ts";

/** VM, category and a piece of the assessment of each finding, in the order of the concerns. */
export type Expected = readonly (readonly [vm: string | null, category: Concern["category"], assessment: RegExp])[];

export interface Case {
  readonly what: string;
  readonly input: PlanInput;
  readonly expected: Expected;
}

/** A wave in which the rule finds these, and no more. */
export function finds(what: string, found: PlanInput, ...expected: Expected): Case {
  return { what, input: found, expected };
}

/** A wave of which the rule says nothing. */
export function silent(what: string, clean: PlanInput): Case {
  return { what, input: clean, expected: [] };
}

/** The cases of each rule whose file was loaded: the reference page shows what they find (write-page.ts). */
export const testedRules = new Map<string, readonly Case[]>();

/**
 * The test of one rule: what it finds, and of what it says nothing. In a file of its own, named after the rule's id
 * (`disk.mode`: disk-mode.test.ts); every-rule.test.ts sees that each rule has one.
 */
export function testRule(id: string, cases: readonly Case[]): void {
  testedRules.set(id, cases);
  describe(`rule ${id}`, () => {
    for (const { what, input: given, expected } of cases)
      it(`${expected.length === 0 ? "is silent about" : "finds"} ${what}`, () => {
        const found = planWave(given).concerns.filter((concern) => concern.id === id);
        const texts = found.map(({ vm, category, assessment }) => `${String(vm)} ${category}: ${assessment}`);
        assert.equal(found.length, expected.length, texts.join("\n"));
        for (const [index, [vm, category, assessment]] of expected.entries()) {
          assert.deepEqual([found[index]?.vm, found[index]?.category], [vm, category]);
          assert.match(found[index]?.assessment ?? "", assessment);
        }
      });

    it("is one of the program's rules, and has a case in which it finds something", () => {
      const rule = allRules.find((one) => one.id === id);
      assert.ok(rule);
      const about = new Set(cases.flatMap(({ expected }) => expected.map(([vm]) => (vm === null ? "wave" : "vm"))));
      // The plan changes a concern where it is: with a VM, or in `concerns` of the wave (override-ineffective.ts).
      assert.equal(rule.about ?? "vm", about.size === 2 ? "both" : [...about][0]);
      assert.ok(cases.some(({ expected }) => expected.length > 0));
    });
  });
}

const quiet = { powerState: "poweredOff" };

/** One VM web01 (switched off, so that nothing is said of it by itself) with these facts, overrides and cloud. */
export function one(
  facts: object,
  overrides: object = {},
  cloud: Partial<CloudOffer> = {},
  more: object = {},
): PlanInput {
  return input([estateVm("web01", { ...quiet, ...facts })], {
    plan: plan({ web01: overrides }, more),
    offers: new Map([["lab", offer(cloud)]]),
  });
}

/** The VM web01 with these facts, and what its source (vc1) says of itself. */
export function withSource(facts: object, about: object): PlanInput {
  const source = { kind: "vsphere", id: "vm-1", server: "vc1" };
  const sources = [SourceFacts.parse({ version: 1, server: "vc1", kind: "vsphere", ...about })];
  return { ...one({ source, ...facts }), sources };
}

/** Several VMs, switched off, with their overrides. */
export function several(
  vms: Record<string, object>,
  overrides: Record<string, object> = {},
  cloud: Partial<CloudOffer> = {},
): PlanInput {
  return input(
    Object.entries(vms).map(([key, facts]) => estateVm(key, { ...quiet, ...facts })),
    {
      plan: plan({ ...Object.fromEntries(Object.keys(vms).map((key) => [key, {}])), ...overrides }),
      offers: new Map([["lab", offer(cloud)]]),
    },
  );
}

export const mac = "00:50:56:00:00:01";

/** Ownership of a volume, port or server by a VM or disk of this stack. */
export function mark(key: string, owner = stack) {
  return { stack: owner, key, generation: 1 };
}

/** Somebody's port. */
export function port(changes: Partial<CloudOffer["ports"][number]>): CloudOffer["ports"][number] {
  return {
    id: "p1",
    name: "somebody",
    networkId: "net-1",
    macAddress: "fa:16:3e:00:00:01",
    fixedIps: [],
    deviceOwner: "compute:nova",
    mark: null,
    ...changes,
  };
}

/** A volume of this stack (or of another one) by the key of its disk. */
export function volume(key: string, owner = stack): CloudOffer["volumes"][number] {
  return { id: key, name: key, status: "in-use", sizeGiB: 10, volumeType: "ceph", mark: mark(key, owner) };
}

/** A cloud in which web01 has begun: its volume and server are there. */
export const begunWeb = {
  volumes: [volume("web01-disk-2000")],
  servers: [{ id: "s1", name: "web01", status: "ACTIVE", mark: mark("web01") }],
};

export const onFlat = { nics: [nic(4000, mac, "10.20.0.9")] };

export function fixed(ipAddress: string) {
  return [{ subnetId: "sub-1", ipAddress }];
}

/** One disk, other than usual. */
export function diskWith(changes: object) {
  return { disks: [disk(2000, changes)] };
}

/** So many disks, in boot order. */
export function many(count: number, changes: object = {}) {
  return {
    disks: Array.from({ length: count }, (_, index) => disk(2000 + index, { bootOrder: index, ...changes })),
  };
}

/** A cloud whose flat network has no port security. */
export function openNetwork(): Partial<CloudOffer> {
  return { networks: [network("net-1", "lab-flat", { portSecurityEnabled: false })] };
}

/** A cloud in which this user is a member and the flat network that project's. */
export function member(owner: string): Partial<CloudOffer> {
  return { isAdmin: false, networks: [network("net-1", "lab-flat", { projectId: owner, shared: true })] };
}

/** The plan's word that a concern counts no more. */
export function waive(): object {
  return { category: "waived", reason: "reviewed by operations" };
}

/** Two VMs of these facts, `a` on target lab and `b` on target other: two entries of clouds.yaml, by default of one project. */
export function onTwoTargets(a: object, b: object, changes: Partial<CloudOffer> = {}): PlanInput {
  return input([estateVm("a", { ...quiet, ...a }), estateVm("b", { ...quiet, ...b })], {
    plan: plan({ a: {}, b: { target: "other" } }, { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } }),
    offers: new Map([
      ["lab", offer()],
      ["other", offer({ target: "other", ...changes })],
    ]),
  });
}
