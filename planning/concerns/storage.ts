import type { CloudOffer } from "../../cloud/offer.ts";
import { type StorageDemand, storageDemands } from "../storage-demand.ts";
import { vmsWithServer } from "../waiting.ts";
import { declaredVms } from "./planned-ports.ts";
import type { WaveView } from "./rule.ts";

/** What the wave still writes, by target and volume type, with what the target offers. */
export function demandsOf(view: WaveView): { readonly demand: StorageDemand; readonly offer: CloudOffer }[] {
  const facts = new Map(view.subjects.flatMap(({ key, facts }) => (facts === null ? [] : [[key, facts]])));
  const withServer = vmsWithServer(view.offers, view.stack);
  return storageDemands(declaredVms(view), facts, view.offers, view.stack, withServer).flatMap((demand) => {
    const offer = view.offers.get(demand.target);
    return offer === undefined || demand.possibleBytes === 0 ? [] : [{ demand, offer }];
  });
}
