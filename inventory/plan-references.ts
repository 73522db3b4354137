import type { FaultAt } from "./checked-file.ts";
import type { Fault } from "./fault.ts";
import { nearest } from "./known-keys.ts";
import type { Plan, VmOverrides, Wave } from "./schema/plan.ts";
import type { Path } from "./source-document.ts";

/** A name that is used somewhere in the plan. */
interface Use {
  readonly name: string;
  readonly path: Path;
}

/** Names of targets, security groups and server groups that are used but not defined; excluded VMs not in the wave. */
export function checkReferences(plan: Plan, fault: FaultAt): Fault[] {
  const undefinedNames = (what: string, uses: readonly Use[], defined: readonly string[]): Fault[] =>
    uses
      .filter(({ name }) => !defined.includes(name))
      .map(({ name, path }) =>
        fault(path, `${what} (${defined.join(", ") || "none is defined"})`, advice(name, defined)),
      );
  return [
    ...undefinedNames("a target of the plan", targetUses(plan), Object.keys(plan.targets)),
    ...undefinedNames("a security group of the plan", groupUses(plan), Object.keys(plan.securityGroups)),
    ...undefinedNames("a server group of the plan", serverGroupUses(plan), Object.keys(plan.serverGroups)),
    ...Object.entries(plan.waves).flatMap(([name, wave]) =>
      undefinedNames(`a VM of wave ${name}`, excludeUses(name, wave), Object.keys(wave.vms)),
    ),
  ];
}

function advice(name: string, defined: readonly string[]): string {
  const meant = nearest(name, defined);
  return meant === null ? "define it, or correct the name" : `did you mean ${meant}? Else define it`;
}

/** The wave's defaults and each VM's overrides, with their paths. */
export function overridesOf(plan: Plan): { path: Path; overrides: VmOverrides }[] {
  return Object.entries(plan.waves).flatMap(([name, { defaults, vms }]) => [
    ...(defaults === undefined ? [] : [{ path: ["waves", name, "defaults"], overrides: defaults }]),
    ...Object.entries(vms).map(([key, overrides]) => ({ path: ["waves", name, "vms", key], overrides })),
  ]);
}

function targetUses(plan: Plan): Use[] {
  return [
    ...Object.entries(plan.waves).map(([name, { target }]) => ({ name: target, path: ["waves", name, "target"] })),
    ...overridesOf(plan).flatMap(({ path, overrides: { target } }) =>
      target === undefined ? [] : [{ name: target, path: [...path, "target"] }],
    ),
    ...Object.entries(plan.securityGroups).flatMap(([name, { targets }]) =>
      list(targets, ["securityGroups", name, "targets"]),
    ),
    ...Object.entries(plan.serverGroups).flatMap(([name, { targets }]) =>
      list(targets, ["serverGroups", name, "targets"]),
    ),
  ];
}

function groupUses(plan: Plan): Use[] {
  return [
    ...list(plan.defaultSecurityGroups, ["defaultSecurityGroups"]),
    ...overridesOf(plan).flatMap(({ path, overrides: { securityGroups, nics = {} } }) => [
      ...list(securityGroups, [...path, "securityGroups"]),
      ...Object.entries(nics).flatMap(([key, nic]) =>
        list(nic.securityGroups, [...path, "nics", key, "securityGroups"]),
      ),
    ]),
    ...Object.entries(plan.securityGroups).flatMap(([name, { rules }]) =>
      rules.flatMap(({ remoteGroup }, index) =>
        remoteGroup === undefined
          ? []
          : [{ name: remoteGroup, path: ["securityGroups", name, "rules", index, "remoteGroup"] }],
      ),
    ),
  ];
}

function serverGroupUses(plan: Plan): Use[] {
  return overridesOf(plan).flatMap(({ path, overrides: { serverGroup } }) =>
    serverGroup === undefined ? [] : [{ name: serverGroup, path: [...path, "serverGroup"] }],
  );
}

function excludeUses(wave: string, { exclude }: Wave): Use[] {
  return list(exclude, ["waves", wave, "exclude"]);
}

function list(names: readonly string[] | undefined, path: Path): Use[] {
  return (names ?? []).map((name, index) => ({ name, path: [...path, index] }));
}
