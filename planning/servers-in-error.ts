import type { CloudOffer } from "../cloud/offer.ts";

/** Keys of the VMs whose server, with this stack's mark, Nova has in ERROR. */
export function serversInError(offers: ReadonlyMap<string, CloudOffer>, stack: string): ReadonlySet<string> {
  const servers = [...offers.values()].flatMap((offer) => offer.servers);
  return new Set(
    servers.flatMap(({ status, mark }) => (status === "ERROR" && mark?.stack === stack ? [mark.key] : [])),
  );
}
