import { projectsOf, shownTargets } from "../projects.ts";
import { serversToCreate } from "../still-to-create.ts";
import { vmsOf } from "./quota.ts";
import type { Rule } from "./rule.ts";

/** What a server gets: the mark (stack, key, generation) and the digest of its hardware; see components/server.ts. */
const ITEMS = 4;

export const quotaMetadata: Rule = {
  id: "quota.metadata",
  category: "Critical",
  label: "Servers may have too little metadata",
  about: "wave",
  why: "Each server carries four items that say whose it is; Nova refuses it where the quota metadata_items is smaller.",
  about: "wave",
  check: (view) =>
    projectsOf(view.offers)
      .filter(({ offer }) => offer.quota.metadataItems !== null && offer.quota.metadataItems < ITEMS)
      .filter((project) => serversToCreate(vmsOf(view, project), project.offer, view.stack).length > 0)
      .map((project) => ({
        vm: null,
        assessment:
          `${shownTargets(project)}: a server may have ${project.offer.quota.metadataItems ?? 0} metadata items, ` +
          `${ITEMS} are needed: have the quota metadata_items raised (Nova's default is 128)`,
      })),
};
