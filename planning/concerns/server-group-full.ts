import { shown } from "../../inventory/shown.ts";
import { shownTargets } from "../projects.ts";
import type { Rule } from "./rule.ts";
import { groupUses } from "./server-group.ts";

export const serverGroupFull: Rule = {
  id: "server-group.full",
  category: "Critical",
  label: "Server group gets too many members",
  about: "wave",
  why: "Nova refuses a server whose group would have more members than the quota server_group_members.",
  about: "wave",
  check: (view) =>
    groupUses(view).flatMap(({ name, project, offer, joining, members }) => {
      const limit = offer.quota.serverGroupMembers;
      return limit === null || members + joining.length <= limit
        ? []
        : [
            {
              vm: null,
              assessment:
                `${shownTargets(project)}: server group ${shown(name)} has ${members} servers and would get ` +
                `${joining.length} more, ${limit} are allowed: have the quota server_group_members raised, or use two groups`,
            },
          ];
    }),
};
