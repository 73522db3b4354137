import type { EstateNic } from "../inventory/schema/estate.ts";
import { shown } from "../inventory/shown.ts";
import { changed, type LiveChange, paired } from "./live-change.ts";

/** What is another at the network cards, by device key. */
export function liveNicChanges(before: readonly EstateNic[], now: readonly EstateNic[]): LiveChange[] {
  return paired(before, now, ({ deviceKey }) => deviceKey).flatMap((pair) => {
    if (pair.before === null) return pair.now === null ? [] : [added(pair.now)];
    return pair.now === null ? [removed(pair.before)] : differences(pair.before, pair.now);
  });
}

const named = ({ label, deviceKey }: EstateNic): string => `${shown(label)} (${deviceKey})`;

function added(nic: EstateNic): LiveChange {
  const text = `${named(nic)}: is new, ${nic.macAddress} on ${shown(nic.network)}; the server would not have it`;
  return { category: "Critical", text };
}

function removed(nic: EstateNic): LiveChange {
  return { category: "Warning", text: `${named(nic)}: is no longer there (it was ${nic.macAddress})` };
}

function differences(before: EstateNic, now: EstateNic): LiveChange[] {
  const name = named(now);
  return [
    ...changed("Critical", `${name} MAC address`, before.macAddress, now.macAddress),
    ...changed("Warning", `${name} network`, before.network, now.network),
    ...changed("Warning", `${name} addresses`, addressesOf(before), addressesOf(now)),
    ...changed("Warning", `${name} connected when switched on`, before.startConnected, now.startConnected),
    ...changed("Information", `${name} adapter`, before.adapter, now.adapter),
  ];
}

/** null: none was told. A guest that is off, or whose tools do not run, tells none. */
function addressesOf({ addresses }: EstateNic): string | null {
  const texts = addresses.map(({ address }) => address).filter((address) => !/^(fe80:|169\.254\.)/i.test(address));
  return texts.length === 0 ? null : texts.sort().join(", ");
}
