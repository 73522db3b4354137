import type { GroupFacts } from "../cloud/group-facts.ts";
import type { Mark } from "../cloud/offer.ts";
import { compareText } from "../inventory/order.ts";
import { shown } from "../inventory/shown.ts";
import { vmOfDisk } from "./begun.ts";

/** Ids of shared groups of one target, by the plan's names. */
export interface GroupIds {
  readonly securityGroups: Readonly<Record<string, string>>;
  readonly serverGroups: Readonly<Record<string, string>>;
}

/** A shared group, and one that uses it, in words. */
export interface GroupUse {
  /** For example: security group web. */
  readonly group: string;
  /** For example: port web01-nic-4000 of VM web01 in stack wavelift/wave1. */
  readonly user: string;
}

/** Who uses these groups: whoever it is, also what no wave made. */
export function usesOf(facts: GroupFacts, ids: GroupIds): GroupUse[] {
  const ports = Object.entries(ids.securityGroups).flatMap(([name, id]) =>
    facts.ports
      .filter(({ securityGroupIds }) => securityGroupIds.includes(id))
      .map((port) => ({ group: `security group ${name}`, user: described("port", port) })),
  );
  const servers = Object.entries(ids.serverGroups).flatMap(([name, id]) =>
    facts.serverGroups
      .filter((group) => group.id === id)
      .flatMap(({ memberIds }) => memberIds)
      .map((member) => ({
        group: `server group ${name}`,
        user: described("server", facts.servers.find((one) => one.id === member) ?? unseen(member)),
      })),
  );
  return sortedUses([...ports, ...servers]);
}

/**
 * VMs on their way: they own volumes that name this estate, and no port or server yet which would show the groups that
 * they will get. Their wave read the groups' ids when its run began, and would fail on them hours later.
 */
export function onTheirWay(facts: GroupFacts, estate: string): GroupUse[] {
  const there = new Set([...facts.ports, ...facts.servers].flatMap(({ mark }) => (mark === null ? [] : [owner(mark)])));
  const begun = facts.volumes.flatMap(({ mark, estate: named }) => {
    const key = mark === null || named !== estate ? null : vmOfDisk(mark.key);
    return mark === null || key === null ? [] : [{ ...mark, key }];
  });
  const waiting = begun.filter((mark) => !there.has(owner(mark)));
  const users = [...new Set(waiting.map((mark) => `VM ${shown(mark.key)} in stack ${shown(mark.stack)}`))];
  return users
    .sort(compareText)
    .map((vm) => ({ group: "all groups", user: `${vm}, which has begun and has no port yet` }));
}

/** Users that are named of one group; the rest is counted. */
const NAMED = 12;

/** Why groups stay, and the way on: one line a group. Empty text where nobody uses any. */
export function refusalOf(target: string, uses: readonly GroupUse[]): string {
  if (uses.length === 0) return "";
  const groups = [...new Set(uses.map(({ group }) => group))];
  const lines = groups.map((group) => {
    const users = uses.filter((use) => use.group === group).map(({ user }) => user);
    const more = users.length > NAMED ? `; and ${users.length - NAMED} more` : "";
    return `  ${group}: ${users.slice(0, NAMED).join("; ")}${more}`;
  });
  return [
    `What waves share on target ${target} is in use, so it stays:`,
    ...lines,
    "Roll these waves back first (wavelift destroy WAVE), or give their VMs other groups (plan, then wavelift up WAVE). Then run this again.",
  ].join("\n");
}

function described(noun: string, { id, name, mark }: { id: string; name: string; mark: Mark | null }): string {
  const what = `${noun} ${name === "" ? id : shown(name)}`;
  return mark === null
    ? `${what} (${id}), which Wavelift did not make`
    : `${what} of VM ${shown(mark.key)} in stack ${shown(mark.stack)}`;
}

/** A member that these credentials do not see. */
const unseen = (id: string): { id: string; name: string; mark: null } => ({ id, name: "", mark: null });

const owner = ({ stack, key }: Pick<Mark, "stack" | "key">): string => `${stack} ${key}`;

const sortedUses = (uses: readonly GroupUse[]): GroupUse[] =>
  [...uses].sort((a, b) => compareText(a.group, b.group) || compareText(a.user, b.user));
