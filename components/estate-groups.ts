import * as openstack from "@pulumi/openstack";
import * as pulumi from "@pulumi/pulumi";
import type { Plan, SecurityGroup, SecurityGroupRule } from "../inventory/schema/plan.ts";

/** Ids by target and name. */
type IdsByTarget = Record<string, Record<string, pulumi.Output<string>>>;

/** What several waves share, in each target: security groups with their rules, and server groups. */
export class EstateGroups extends pulumi.ComponentResource {
  readonly securityGroups: pulumi.Output<Record<string, Record<string, string>>>;
  readonly serverGroups: pulumi.Output<Record<string, Record<string, string>>>;

  constructor(name: string, plan: Plan, opts?: pulumi.ComponentResourceOptions) {
    super("wavelift:index:EstateGroups", name, {}, opts);
    const securityGroups: IdsByTarget = {};
    const serverGroups: IdsByTarget = {};
    for (const [target, { cloud }] of Object.entries(plan.targets)) {
      const provider = new openstack.Provider(`target-${target}`, { cloud }, { parent: this });
      securityGroups[target] = this.securityGroupsOf(target, plan, provider);
      serverGroups[target] = this.serverGroupsOf(target, plan, provider);
    }
    this.securityGroups = pulumi.output(securityGroups);
    this.serverGroups = pulumi.output(serverGroups);
    this.registerOutputs({ securityGroups: this.securityGroups, serverGroups: this.serverGroups });
  }

  private securityGroupsOf(
    target: string,
    plan: Plan,
    provider: openstack.Provider,
  ): Record<string, pulumi.Output<string>> {
    const opts = { parent: this, provider };
    const here = Object.entries(plan.securityGroups).filter(([, group]) => group.targets?.includes(target) ?? true);
    const groups = new Map(here.map(([name, group]) => [name, this.group(target, name, group, opts)]));
    for (const [name, group] of here) for (const rule of group.rules) this.rule(target, name, rule, groups, opts);
    return Object.fromEntries([...groups].map(([name, group]) => [name, group.id]));
  }

  private group(
    target: string,
    name: string,
    group: SecurityGroup,
    opts: pulumi.CustomResourceOptions,
  ): openstack.networking.SecGroup {
    // Neutron gives a new group rules that let everything out; a plan that says what may go out means only that.
    const ownEgress = group.rules.some((rule) => rule.direction === "egress");
    return new openstack.networking.SecGroup(
      `${target}-${name}`,
      { name, description: group.description, ...(ownEgress ? { deleteDefaultRules: true } : {}) },
      // Of a group that is still in use the provider asks Neutron again and again, by default for ten minutes.
      { ...opts, ignoreChanges: ["deleteDefaultRules"], customTimeouts: { delete: "1m" } },
    );
  }

  private rule(
    target: string,
    name: string,
    rule: SecurityGroupRule,
    groups: ReadonlyMap<string, openstack.networking.SecGroup>,
    opts: pulumi.CustomResourceOptions,
  ): void {
    const group = groups.get(name);
    const remote = rule.remoteGroup === undefined ? undefined : groups.get(rule.remoteGroup);
    if (group === undefined || (rule.remoteGroup !== undefined && remote === undefined))
      throw new pulumi.ResourceError(
        `Security group "${name}" refers to "${rule.remoteGroup ?? name}", which target "${target}" does not get.`,
        this,
      );
    const [from, to] = portRange(rule.ports);
    new openstack.networking.SecGroupRule(
      // Named after what it says: an inserted rule must not rename, and so replace, those below it.
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

  private serverGroupsOf(
    target: string,
    plan: Plan,
    provider: openstack.Provider,
  ): Record<string, pulumi.Output<string>> {
    const here = Object.entries(plan.serverGroups).filter(([, group]) => group.targets?.includes(target) ?? true);
    return Object.fromEntries(
      here.map(([name, { policy }]) => [
        name,
        new openstack.compute.ServerGroup(
          `${target}-group-${name}`,
          { name, policies: [policy] },
          { parent: this, provider },
        ).id,
      ]),
    );
  }
}

/** First and last port of "8000-8100" or 22; both undefined for all ports. */
function portRange(ports: SecurityGroupRule["ports"]): readonly [number | undefined, number | undefined] {
  if (ports === undefined) return [undefined, undefined];
  const [from, to] = String(ports).split("-").map(Number);
  return [from, to ?? from];
}
