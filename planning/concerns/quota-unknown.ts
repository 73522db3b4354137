import { stillToCreate } from "../still-to-create.ts";
import { projectsOf, shownTargets } from "../projects.ts";
import { vmsOf } from "./quota.ts";
import type { Rule } from "./rule.ts";

export const quotaUnknown: Rule = {
  id: "quota.unknown",
  category: "Information",
  label: "Quotas of volume types are not known",
  about: "wave",
  why: "Some clouds show their members the totals only: a quota of one type, or of the size of one volume, may still be reached.",
  about: "wave",
  check: (view) =>
    projectsOf(view.offers)
      .filter(({ offer }) => !offer.quota.typesKnown)
      .flatMap((project) => {
        const { perVolumeType } = stillToCreate(vmsOf(view, project), project.offer, view.stack);
        const needs = [...perVolumeType].map(
          ([type, { volumes, gigabytes }]) => `${volumes} volumes with ${gigabytes} GiB of ${type}`,
        );
        return needs.length === 0
          ? []
          : [
              {
                vm: null,
                assessment:
                  `${shownTargets(project)}: the wave still makes ${needs.join(", ")}; Cinder does not show this user the ` +
                  "quotas of types: ask the cloud's administrator (openstack quota show --volume PROJECT)",
              },
            ];
      }),
};
