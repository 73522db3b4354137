import type { CloudOffer, OfferedServerGroup } from "../../cloud/offer.ts";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import { type Project, projectsOf } from "../projects.ts";
import { serversToCreate } from "../still-to-create.ts";
import { vmsOf } from "./quota.ts";
import type { WaveView } from "./rule.ts";

/** A server group of the plan with what a run would add to it. */
export interface GroupUse {
  readonly name: string;
  readonly project: Project;
  readonly offer: CloudOffer;
  /** VMs whose server will join. */
  readonly joining: readonly PlannedVm[];
  /** How many servers it has already; 0 where it is not there, or not told. */
  readonly members: number;
}

/** The server groups that servers of this run will join. */
export function groupUses(view: WaveView): GroupUse[] {
  return projectsOf(view.offers).flatMap((project) => {
    const { offer } = project;
    const servers = serversToCreate(vmsOf(view, project), offer, view.stack);
    const names = [...new Set(servers.flatMap(({ serverGroup }) => serverGroup ?? []))].sort();
    return names.map((name) => ({
      ...{ name, project, offer },
      joining: servers.filter(({ serverGroup }) => serverGroup === name),
      members: membersOf(offer.serverGroups, name),
    }));
  });
}

/** Names are not unique: of several groups the smallest counts, so that nothing is called full that is not. */
function membersOf(groups: readonly OfferedServerGroup[] | null, name: string): number {
  const sizes = (groups ?? []).filter((group) => group.name === name).map(({ memberIds }) => memberIds.length);
  return sizes.length === 0 ? 0 : Math.min(...sizes);
}
