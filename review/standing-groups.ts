import type { CloudOffer } from "../cloud/offer.ts";

/** Ids of the security groups and server groups in a target's cloud; null where one of the two was not to be read. */
export function standingGroups(offer: CloudOffer | undefined): ReadonlySet<string> | null {
  const { securityGroupIds, serverGroups } = offer ?? {};
  if (!securityGroupIds || !serverGroups) return null;
  return new Set([...securityGroupIds, ...serverGroups.map(({ id }) => id)]);
}
