import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { own } from "../../inventory/own.ts";
import { shown } from "../../inventory/shown.ts";
import { shownTargets } from "../projects.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";
import { type GroupUse, groupUses } from "./server-group.ts";

export const serverGroupHosts: Rule = {
  id: "server-group.hosts",
  category: "Critical",
  label: "Server group needs more hosts than there are",
  about: "wave",
  why: "With anti-affinity each server needs a host of its own, with affinity one host must hold all: else Nova finds no valid host.",
  about: "wave",
  check: (view) => groupUses(view).flatMap((use) => judged(use, view)),
};

function judged(use: GroupUse, view: WaveView): Finding[] {
  const policy = own(view.plan.serverGroups, use.name)?.policy;
  const where = `${shownTargets(use.project)}: server group ${shown(use.name)} (${policy ?? ""})`;
  if (policy === "affinity" && use.joining.length + use.members > 1) {
    const size = use.joining.reduce(
      (sum, { flavor }) => ({ vcpus: sum.vcpus + flavor.vcpus, memoryMiB: sum.memoryMiB + flavor.memoryMiB }),
      { vcpus: 0, memoryMiB: 0 },
    );
    const assessment =
      `${where} puts ${size.vcpus} more vCPUs and ${size.memoryMiB} MiB on one host; whether one is that free is not ` +
      "known: ask the cloud's administrator, or use soft-affinity";
    return [{ vm: null, category: "Information", assessment }];
  }
  const servers = use.members + use.joining.length;
  if (policy !== "anti-affinity" || servers < 2) return [];
  const { zoneHosts } = use.offer;
  if (zoneHosts === null) {
    const assessment = `${where} needs ${servers} hosts; how many there are is not shown to this user: ask the cloud's administrator, or use soft-anti-affinity`;
    return [{ vm: null, category: "Information", assessment }];
  }
  const hosts = hostsFor(use.joining, zoneHosts);
  const assessment = `${where} needs ${servers} hosts, ${hosts} run: use soft-anti-affinity, or two groups`;
  return servers <= hosts ? [] : [{ vm: null, assessment }];
}

/** Hosts of the zones that the servers may be in: those they name, or all where one of them names none. */
function hostsFor(vms: readonly PlannedVm[], zoneHosts: Readonly<Record<string, number>>): number {
  const named = vms.map(({ availabilityZone }) => availabilityZone);
  const zones = named.includes(null) ? Object.keys(zoneHosts) : named.filter((zone) => zone !== null);
  return [...new Set(zones)].reduce((sum, zone) => sum + (own(zoneHosts, zone) ?? 0), 0);
}
