import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, SecurityGroup, SecurityGroupRule } from "../inventory/schema/plan.ts";
import { groupGuard } from "./group-guard.ts";

type Ids = Record<string, pulumi.Output<string>>;

export interface EstateGroupsArgs {
  readonly plan: Plan;
  /** project/stack of the estate. */
  readonly stack: string;
}

/** A target of the plan while its groups are declared. */
interface Target {
  readonly name: string;
  readonly cloud: string;
  readonly plan: Plan;
  readonly stack: string;
  readonly opts: pulumi.CustomResourceOptions;
}

/**
 * What several waves share, in each target: security groups with their rules, and server groups. A guard stands before
 * each (group-guard.ts), and one before all that a target has.
 */
export class EstateGroups extends pulumi.ComponentResource {
  readonly securityGroups: pulumi.Output<Record<string, Record<string, string>>>;
  readonly serverGroups: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, { plan, stack }: EstateGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("wavelift:index:EstateGroups", name, {}, opts);
    const securityGroups: Record<string, Ids> = {};
    const serverGroups: Record<string, Ids> = {};
    for (const [target, { cloud }] of Object.entries(plan.targets)) {
      const provider = new openstack.Provider(`target-${target}`, { cloud }, { parent: this });
      const here = { name: target, cloud, plan, stack, opts: { parent: this, provider } };
      const declared = [...this.securityGroupsOf(here), ...this.serverGroupsOf(here)];
      securityGroups[target] = idsOf(declared, "security");
      serverGroups[target] = idsOf(declared, "server");
      this.guards(here, declared, { securityGroups: securityGroups[target], serverGroups: serverGroups[target] });
    }
    this.securityGroups = pulumi.output(securityGroups);
    this.serverGroups = pulumi.output(serverGroups);
    this.registerOutputs({ securityGroups: this.securityGroups, serverGroups: this.serverGroups });
  }

  private securityGroupsOf(target: Target): DeclaredGroup[] {
    const here = Object.entries(target.plan.securityGroups).filter(([, { targets }]) => isOn(targets, target));
    const groups = new Map(here.map(([name, group]) => [name, this.group(target, name, group)]));
    return here.flatMap(([name, { rules }]) => {
      const group = groups.get(name);
      if (group === undefined) return [];
      const parts = rules.map((rule) => this.rule(target, name, rule, group, groups));
      return [{ kind: "security", name, group, parts }];
    });
  }

  private group({ name: target, opts }: Target, name: string, group: SecurityGroup): openstack.networking.SecGroup {
    // Neutron gives a new group rules that let everything out; a plan that says what may go out means only that.
    const ownEgress = group.rules.some((rule) => rule.direction === "egress");
    return new openstack.networking.SecGroup(
      `${target}-${name}`,
      { name, description: group.description, ...(ownEgress ? { deleteDefaultRules: true } : {}) },
      {
        ...opts,
        // All that forces a new group in @pulumi/openstack 3.15.2: running servers would keep the old one, without rules.
        ignoreChanges: ["deleteDefaultRules", "region", "tenantId"],
        // The provider asks again and again while the group is in use: its guard has already seen that it is not.
        customTimeouts: { delete: "2m" },
      },
    );
  }

  private rule(
    { name: target, opts }: Target,
    name: string,
    rule: SecurityGroupRule,
    group: openstack.networking.SecGroup,
    groups: ReadonlyMap<string, openstack.networking.SecGroup>,
  ): openstack.networking.SecGroupRule {
    const remote = rule.remoteGroup === undefined ? undefined : groups.get(rule.remoteGroup);
    if (rule.remoteGroup !== undefined && remote === undefined)
      throw new pulumi.ResourceError(
        `Security group "${name}" refers to "${rule.remoteGroup}", which target "${target}" does not get.`,
        this,
      );
    const [from, to] = portRange(rule.ports);
    return new openstack.networking.SecGroupRule(
      // Named after what it says: an inserted rule must not rename, and so replace, those below it. An edited rule is
      // another resource: the new one is made before the old one goes, and no packet is lost in between.
      [
        target,
        name,
        rule.direction,
        rule.ethertype,
        rule.protocol ?? "any",
        rule.ports ?? "any",
        rule.remoteCidr ?? rule.remoteGroup ?? "any",
      ].join("-"),
      {
        securityGroupId: group.id,
        direction: rule.direction,
        ethertype: rule.ethertype,
        ...(rule.protocol === undefined ? {} : { protocol: rule.protocol }),
        ...(from === undefined ? {} : { portRangeMin: from }),
        ...(to === undefined ? {} : { portRangeMax: to }),
        ...(rule.remoteCidr === undefined ? {} : { remoteIpPrefix: rule.remoteCidr }),
        ...(remote === undefined ? {} : { remoteGroupId: remote.id }),
      },
      opts,
    );
  }

  private serverGroupsOf(target: Target): DeclaredGroup[] {
    const here = Object.entries(target.plan.serverGroups).filter(([, { targets }]) => isOn(targets, target));
    return here.map(([name, { policy }]) => ({
      kind: "server",
      name,
      group: new openstack.compute.ServerGroup(
        `${target.name}-group-${name}`,
        { name, policies: [policy] },
        // The provider would delete first (the name is given), and so call the guard in the middle of the run: an engine
        // that goes on after errors then waits for ever (seen with 3.253). Nova takes two groups of one name.
        { ...target.opts, deleteBeforeReplace: false },
      ),
      parts: [],
    }));
  }

  /** One before each group with its rules, and one before all groups and guards: a destroy goes all the way or nowhere. */
  private guards(
    target: Target,
    declared: readonly DeclaredGroup[],
    all: Record<"securityGroups" | "serverGroups", Ids>,
  ) {
    if (declared.length === 0) return;
    const { name, cloud, stack } = target;
    const guards = declared.map((one) =>
      groupGuard(
        `guard-${one.kind}-group-${name}-${one.name}`,
        { stack, target: name, cloud, scope: "group" },
        { securityGroups: idsOf([one], "security"), serverGroups: idsOf([one], "server") },
        { parent: this, dependsOn: [one.group, ...one.parts] },
      ),
    );
    groupGuard(`guard-target-${name}`, { stack, target: name, cloud, scope: "target" }, all, {
      parent: this,
      dependsOn: [...declared.flatMap(({ group, parts }) => [group, ...parts]), ...guards],
    });
  }
}

/** A group with the rules that are made for it. */
interface DeclaredGroup {
  readonly kind: "security" | "server";
  readonly name: string;
  readonly group: openstack.networking.SecGroup | openstack.compute.ServerGroup;
  readonly parts: readonly pulumi.Resource[];
}

const idsOf = (groups: readonly DeclaredGroup[], kind: DeclaredGroup["kind"]): Ids =>
  Object.fromEntries(groups.filter((one) => one.kind === kind).map(({ name, group }) => [name, group.id]));

const isOn = (targets: readonly string[] | undefined, target: Target): boolean =>
  targets?.includes(target.name) ?? true;

/** First and last port of "8000-8100" or 22; both undefined for all ports. */
function portRange(ports: SecurityGroupRule["ports"]): readonly [number | undefined, number | undefined] {
  if (ports === undefined) return [undefined, undefined];
  const [from, to] = String(ports).split("-").map(Number);
  return [from, to ?? from];
}
