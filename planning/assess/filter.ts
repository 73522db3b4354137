import { nearest } from "../../inventory/known-keys.ts";
import type { ComplexityLevel } from "../complexity.ts";
import { matchesAny } from "../pattern.ts";
import type { AssessedVm, WorstCategory } from "./assessed-vm.ts";

/** Texts that VMs are chosen by. Patterns: `*` stands for any text; case does not count. */
export const patternFields = ["name", "cluster", "os", "concern", "tag", "folder"] as const;
export type PatternField = (typeof patternFields)[number];

/** Which VMs are listed: those that fit every field that is given, each by one of its values. */
export interface AssessFilter extends Partial<Readonly<Record<PatternField, readonly string[]>>> {
  /** The VM has a concern of one of these categories (`none`: it has none at all). */
  readonly category?: readonly WorstCategory[];
  readonly complexity?: readonly ComplexityLevel[];
  /** Capacity of the VM's disks together, both included. */
  readonly minBytes?: number;
  readonly maxBytes?: number;
}

/** The VMs that fit. */
export function filtered(vms: readonly AssessedVm[], filter: AssessFilter): AssessedVm[] {
  const tests = patternFields.flatMap((field) => {
    const values = filter[field];
    return values === undefined ? [] : [anyOf(values.map((value) => patternTest(field, value)))];
  });
  const { category, complexity, minBytes = 0, maxBytes = Infinity } = filter;
  if (category !== undefined) tests.push((vm) => category.some((one) => hasCategory(vm, one)));
  if (complexity !== undefined) tests.push((vm) => complexity.includes(vm.complexity.level));
  return vms.filter(
    (vm) => vm.capacityBytes >= minBytes && vm.capacityBytes <= maxBytes && tests.every((test) => test(vm)),
  );
}

type Test = (vm: AssessedVm) => boolean;

const anyOf =
  (tests: readonly Test[]): Test =>
  (vm) =>
    tests.some((test) => test(vm));

function hasCategory({ concerns }: AssessedVm, wanted: WorstCategory): boolean {
  if (wanted === "none") return concerns.length === 0;
  return concerns.some(({ category, waived }) => (waived ? "waived" : category) === wanted);
}

/** `/text/` is a regular expression (names only); an operating system without `*` is found by a part of its name. */
function patternTest(field: PatternField, value: string): Test {
  if (field === "name" && value.length > 2 && value.startsWith("/") && value.endsWith("/")) {
    const expression = new RegExp(value.slice(1, -1), "iu");
    return ({ key, name }) => expression.test(key) || expression.test(name);
  }
  const lower = value.toLowerCase();
  const pattern = field === "os" && !value.includes("*") ? `*${lower}*` : lower;
  const patterns = field === "folder" ? [pattern, `${pattern}/*`] : [pattern];
  return (vm) => textsOf(vm, field).some((text) => matchesAny(patterns, text.toLowerCase()));
}

/** The texts of a VM that a field is compared with. */
function textsOf(vm: AssessedVm, field: PatternField): readonly string[] {
  switch (field) {
    case "name":
      return [vm.key, vm.name];
    case "cluster":
      return vm.cluster === null ? [] : [vm.cluster];
    case "os":
      return vm.os === null ? ["unknown"] : [vm.os];
    case "concern":
      return vm.concerns.map(({ id }) => id);
    case "tag":
      return vm.tags;
    case "folder":
      return vm.folder === null ? [] : [vm.folder];
  }
}

/** A value that no VM at all fits: most likely a typing error. */
export interface Unmatched {
  readonly field: PatternField;
  readonly value: string;
  /** What was probably meant; null: nothing is near. */
  readonly meant: string | null;
  /** What there is, sorted. */
  readonly known: readonly string[];
}

/** The values of a filter that fit no VM of the whole list. */
export function unmatched(vms: readonly AssessedVm[], filter: AssessFilter): Unmatched[] {
  return patternFields.flatMap((field) =>
    (filter[field] ?? [])
      .filter((value) => !vms.some(patternTest(field, value)))
      .map((value) => {
        const known = [...new Set(vms.flatMap((vm) => textsOf(vm, field)))].sort();
        return { field, value, meant: nearest(value, known), known };
      }),
  );
}
