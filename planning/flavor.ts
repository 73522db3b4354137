import type { Flavor } from "../cloud/offer.ts";
import { compareText } from "../inventory/order.ts";
import { shown } from "../inventory/shown.ts";
import type { FlavorRules } from "../inventory/schema/plan.ts";
import { type Decision, decided, undecided } from "./decision.ts";
import { matchesAny } from "./pattern.ts";

/** What the VM has: a flavor must not have less of either. */
export interface Need {
  readonly cpus: number;
  readonly memoryMiB: number;
}

/**
 * The order "smaller flavor first". Size is vCPUs x memory, so that neither a flavor with one vCPU and 64 GiB nor one
 * with 32 vCPUs and little memory counts as small; a flavor that has less of one and not more of the other is always
 * smaller. Then fewer vCPUs (guests pay licences by them), the smaller root disk, the name, the id: a total order.
 */
export function compareFlavors(a: Flavor, b: Flavor): number {
  return (
    a.vcpus * a.memoryMiB - b.vcpus * b.memoryMiB ||
    a.vcpus - b.vcpus ||
    a.diskGiB - b.diskGiB ||
    compareText(a.name, b.name) ||
    compareText(a.id, b.id)
  );
}

/** Whether the flavor has at least the VM's vCPUs and memory. Its root disk does not matter: servers boot from volumes. */
export function covers(flavor: Flavor, need: Need): boolean {
  return flavor.vcpus >= need.cpus && flavor.memoryMiB >= need.memoryMiB;
}

/** Why a flavor is never chosen by itself, or null when it may be. `disabled` ones cannot even be named. */
export function notEligible(flavor: Flavor, rules: FlavorRules): string | null {
  if (flavor.disabled) return "disabled";
  if (!matchesAny(rules.include, flavor.name)) return "not among flavors.include of the plan";
  if (matchesAny(rules.exclude, flavor.name)) return "in flavors.exclude of the plan";
  const special = Object.keys(flavor.extraSpecs).filter((key) => !matchesAny(rules.allowExtraSpecs, key));
  return special.length === 0
    ? null
    : `special: has extra spec ${special
        .sort()
        .map((key) => shown(key))
        .join(", ")}`;
}

/** The flavor of a VM: the one named in the plan, else the smallest eligible one that covers the VM. */
export function chooseFlavor(
  need: Need,
  flavors: readonly Flavor[],
  rules: FlavorRules,
  named: string | undefined,
): Decision<Flavor> {
  if (named !== undefined) return namedFlavor(named, flavors);
  const fitting = flavors.filter((flavor) => notEligible(flavor, rules) === null && covers(flavor, need));
  const smallest = fitting.sort(compareFlavors)[0];
  if (smallest === undefined) return undecided(noFit(need, flavors, rules));
  const among = `smallest of ${fitting.length} with >= ${need.cpus} vCPUs and >= ${need.memoryMiB} MiB`;
  return decided(smallest, `${among}: ${describe(smallest)}`);
}

/** "m1.medium 2 x 4096": name, vCPUs, memory in MiB. */
export function describe(flavor: Flavor): string {
  return `${shown(flavor.name)} ${flavor.vcpus} x ${flavor.memoryMiB}`;
}

/** A named flavor may be special or excluded; whether it is too small is for the rule flavor.too-small to say. */
function namedFlavor(named: string, flavors: readonly Flavor[]): Decision<Flavor> {
  const found = flavors.filter((flavor) => flavor.name === named || flavor.id === named);
  const usable = found.find((flavor) => !flavor.disabled);
  if (usable !== undefined) return decided(usable, `named in the plan: ${describe(usable)}`);
  if (found.length > 0) return undecided(`flavor ${shown(named)}, named in the plan, is disabled: name another`);
  const names = flavors.map((flavor) => shown(flavor.name)).sort();
  const offered = names.length > 8 ? `${names.slice(0, 8).join(", ")} and ${names.length - 8} more` : names.join(", ");
  return undecided(
    `flavor ${shown(named)}, named in the plan, is not offered to this project: name one of ${offered || "none"}`,
  );
}

function noFit(need: Need, flavors: readonly Flavor[], rules: FlavorRules): string {
  const wanted = `no flavor has >= ${need.cpus} vCPUs and >= ${need.memoryMiB} MiB`;
  if (flavors.length === 0) return `${wanted}: the project is offered no flavor at all`;
  const nearest = flavors
    .map((flavor) => ({ flavor, failures: failures(flavor, need, rules), shortage: shortage(flavor, need) }))
    .sort((a, b) => a.shortage - b.shortage || compareFlavors(a.flavor, b.flavor))
    .slice(0, 3)
    .map(({ flavor, failures }) => `${describe(flavor)} (${failures.join(", ")})`);
  return `${wanted}; nearest: ${nearest.join("; ")}. Add a flavor, or name one in the plan`;
}

function failures(flavor: Flavor, need: Need, rules: FlavorRules): string[] {
  return [
    ...(flavor.vcpus < need.cpus ? ["too few vCPUs"] : []),
    ...(flavor.memoryMiB < need.memoryMiB ? ["too little memory"] : []),
    ...[notEligible(flavor, rules)].filter((reason) => reason !== null),
  ];
}

/** How far the flavor is from covering the VM: 0 covers it; 1 has nothing of one resource. */
function shortage(flavor: Flavor, need: Need): number {
  const missing = (have: number, wanted: number): number => Math.max(0, (wanted - have) / wanted);
  return missing(flavor.vcpus, need.cpus) + missing(flavor.memoryMiB, need.memoryMiB);
}
