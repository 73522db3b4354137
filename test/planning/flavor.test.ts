import assert from "node:assert/strict";
import fc from "fast-check";
import { FlavorRules } from "../../inventory/schema/plan.ts";
import { chooseFlavor, compareFlavors, covers, notEligible } from "../../planning/flavor.ts";
import { flavors as anyFlavors } from "./arbitraries.ts";
import { flavor } from "./fixtures.ts";

const rules = FlavorRules.parse({});
const need = { cpus: 2, memoryMiB: 4096 };
const nameOf = (decision: ReturnType<typeof chooseFlavor>): string =>
  decision.ok ? decision.value.name : decision.problem;

describe("choosing a flavor", () => {
  it("takes the smallest that covers the VM, and says of how many", () => {
    const decision = chooseFlavor(
      need,
      [flavor("large", 8, 16384), flavor("fits", 2, 4096), flavor("few", 1, 8192), flavor("little", 4, 4095)],
      rules,
      undefined,
    );
    assert.deepEqual(decision.ok && [decision.value.name, decision.reason], [
      "fits",
      "smallest of 2 with >= 2 vCPUs and >= 4096 MiB: fits 2 x 4096",
    ]);
  });

  it("counts neither one vCPU with huge memory nor huge vCPUs with little memory as small", () => {
    const offered = [flavor("memory", 2, 262_144), flavor("cpus", 64, 4096), flavor("balanced", 4, 8192)];
    assert.equal(nameOf(chooseFlavor(need, offered, rules, undefined)), "balanced");
  });

  it("ignores the root disk, except between equals", () => {
    const offered = [
      flavor("b", 2, 4096, { diskGiB: 80 }),
      flavor("a", 2, 4096, { diskGiB: 20 }),
      flavor("c", 4, 8192),
    ];
    assert.equal(nameOf(chooseFlavor(need, offered, rules, undefined)), "a");
  });

  it("never takes a disabled, special or excluded one by itself", () => {
    const offered = [
      flavor("disabled", 2, 4096, { disabled: true }),
      flavor("pages", 2, 4096, { extraSpecs: { "hw:mem_page_size": "large" } }),
      flavor("pci", 2, 4096, { extraSpecs: { "hw_rng:allowed": "True", "pci_passthrough:alias": "gpu:1" } }),
      flavor("win.medium", 2, 4096),
      flavor("m1.large", 4, 8192, { extraSpecs: { "hw_rng:allowed": "True", "quota:vif_inbound_average": "1" } }),
    ];
    const strict = FlavorRules.parse({ exclude: ["win.*"] });
    assert.equal(nameOf(chooseFlavor(need, offered, strict, undefined)), "m1.large");
    const included = FlavorRules.parse({ include: ["*.medium"] });
    assert.equal(nameOf(chooseFlavor(need, offered, included, undefined)), "win.medium");
  });

  it("takes a named one although it is special, excluded or too small, by name or id, but never a disabled one", () => {
    const offered = [
      flavor("gpu", 2, 4096, { extraSpecs: { "pci_passthrough:alias": "gpu:1" } }),
      flavor("tiny", 1, 512),
      flavor("off", 2, 4096, { disabled: true }),
    ];
    const strict = FlavorRules.parse({ exclude: ["*"] });
    assert.equal(nameOf(chooseFlavor(need, offered, strict, "gpu")), "gpu");
    assert.equal(nameOf(chooseFlavor(need, offered, strict, "id-tiny")), "tiny");
    assert.match(nameOf(chooseFlavor(need, offered, strict, "off")), /^flavor off, named in the plan, is disabled/);
    assert.match(
      nameOf(chooseFlavor(need, offered, strict, "nope")),
      /not offered to this project: name one of gpu, off, tiny$/,
    );
  });

  it("tells the nearest ones and why each failed when none fits", () => {
    const offered = [
      flavor("small", 1, 2048),
      flavor("almost", 2, 4000),
      flavor("special", 4, 8192, { extraSpecs: { "trait:X": "required" } }),
      flavor("tiny", 1, 64),
    ];
    assert.equal(
      nameOf(chooseFlavor(need, offered, rules, undefined)),
      "no flavor has >= 2 vCPUs and >= 4096 MiB; nearest: special 4 x 8192 (special: has extra spec trait:X); " +
        "almost 2 x 4000 (too little memory); small 1 x 2048 (too few vCPUs, too little memory). " +
        "Add a flavor, or name one in the plan",
    );
    assert.match(nameOf(chooseFlavor(need, [], rules, undefined)), /offered no flavor at all$/);
  });

  it("always covers the VM, and no eligible one that does is smaller; none is found only when none is there", () => {
    const needs = fc.record({ cpus: fc.integer({ min: 1, max: 16 }), memoryMiB: fc.integer({ min: 1, max: 32_768 }) });
    fc.assert(
      fc.property(anyFlavors, needs, (offered, wanted) => {
        const decision = chooseFlavor(wanted, offered, rules, undefined);
        const candidates = offered.filter((one) => notEligible(one, rules) === null && covers(one, wanted));
        assert.equal(decision.ok, candidates.length > 0);
        if (!decision.ok) return;
        const { value: chosen } = decision;
        assert.ok(chosen.vcpus >= wanted.cpus && chosen.memoryMiB >= wanted.memoryMiB && !chosen.disabled);
        assert.ok(candidates.every((other) => compareFlavors(chosen, other) <= 0));
        const dominates = candidates.filter(
          ({ vcpus, memoryMiB }) =>
            vcpus <= chosen.vcpus &&
            memoryMiB <= chosen.memoryMiB &&
            vcpus + memoryMiB < chosen.vcpus + chosen.memoryMiB,
        );
        assert.deepEqual(dominates, []);
      }),
    );
  });

  it("orders flavors totally", () => {
    fc.assert(
      fc.property(anyFlavors, (offered) => {
        for (const a of offered)
          for (const b of offered) {
            assert.equal(Math.sign(compareFlavors(a, b)), -Math.sign(compareFlavors(b, a)) + 0);
            assert.equal(compareFlavors(a, b) === 0, a.id === b.id);
          }
      }),
    );
  });
});
