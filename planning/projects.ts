import type { CloudOffer } from "../cloud/offer.ts";

/** A project of a cloud with the targets that lead to it: several entries of clouds.yaml may be one project. */
export interface Project {
  /** Names of its targets, sorted. */
  readonly targets: readonly string[];
  /** What one of them offers: one that tells most of the quotas. */
  readonly offer: CloudOffer;
}

/** The projects behind the targets: what is limited by project is counted once for all its targets. */
export function projectsOf(offers: ReadonlyMap<string, CloudOffer>): Project[] {
  const groups = new Map<string, [string, CloudOffer][]>();
  for (const [target, offer] of [...offers].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const key = placeOf(offer);
    groups.set(key, [...(groups.get(key) ?? []), [target, offer]]);
  }
  return [...groups.values()].flatMap((group) => {
    const offer = (group.find(([, { quota }]) => quota.typesKnown) ?? group[0])?.[1];
    return offer === undefined ? [] : [{ targets: group.map(([target]) => target), offer }];
  });
}

/** "target lab" or "targets lab, tenant (one project)". */
export function shownTargets({ targets }: Project): string {
  return targets.length === 1 ? `target ${targets.join("")}` : `targets ${targets.join(", ")} (one project)`;
}

/** Whether two targets are one project of one region. */
export function isSameProject(offers: ReadonlyMap<string, CloudOffer>, a: string, b: string): boolean {
  if (a === b) return true;
  const [first, second] = [offers.get(a), offers.get(b)];
  return first !== undefined && second !== undefined && placeOf(first) === placeOf(second);
}

/** Ids of projects are unique in a cloud and by chance everywhere; regions of one cloud share them and their quotas not. */
function placeOf({ region, projectId }: CloudOffer): string {
  return JSON.stringify([region, projectId]);
}
