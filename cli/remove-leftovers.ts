import type { CloudClient } from "../cloud/client.ts";
import { removePort, removeServer, removeVolume } from "../cloud/remove.ts";
import { messageOf } from "../conversion/failure.ts";
import type { Holdings } from "../planning/holdings.ts";
import type { Leftover, LeftoverKind } from "../planning/leftover.ts";
import type { Judged } from "../planning/leftovers.ts";

const removers: Readonly<Record<LeftoverKind, (client: CloudClient, id: string) => Promise<string | null>>> = {
  server: removeServer,
  port: removePort,
  volume: removeVolume,
};

/** One line for people: what it is and where. */
export const nameOf = ({ kind, name, id, target }: Leftover): string => `${kind} ${name} (${id}) in ${target}`;

/**
 * Removes what was judged removable: servers, then ports, then volumes, those of a kind side by side. A fault is told
 * and stops nothing but what hangs on that very thing.
 * @returns how many could not be removed
 */
export async function removeLeftovers(
  judged: readonly Judged[],
  holdings: readonly Holdings[],
  clients: ReadonlyMap<string, { readonly client: CloudClient }>,
  tell: (line: string) => void,
): Promise<number> {
  const stuck = new Set<string>();
  let failures = 0;
  const remove = async ({ leftover, reason }: Judged): Promise<void> => {
    const { kind, target, id } = leftover;
    const holder = holdersOf(leftover, holdings).find((held) => stuck.has(held));
    const client = clients.get(target)?.client;
    let fault: string | null;
    try {
      if (holder !== undefined) fault = `it belongs to ${holder}, which could not be removed`;
      else if (client === undefined) fault = `target ${target} does not answer`;
      else fault = await removers[kind](client, id);
    } catch (error) {
      fault = messageOf(error);
    }
    if (fault === null) {
      tell(`removed ${nameOf(leftover)}: ${reason}`);
      return;
    }
    stuck.add(id);
    failures += 1;
    tell(`not removed: ${nameOf(leftover)}: ${fault}`);
  };
  for (const kind of ["server", "port", "volume"] as const)
    await Promise.all(judged.filter((one) => one.remove && one.leftover.kind === kind).map(remove));
  return failures;
}

/** Ids of the servers that a port or volume belongs to. */
function holdersOf({ kind, id }: Leftover, holdings: readonly Holdings[]): readonly string[] {
  if (kind === "volume")
    return holdings.flatMap(({ volumes }) => volumes.find((volume) => volume.id === id)?.attachedServerIds ?? []);
  if (kind === "port") return holdings.flatMap(({ ports }) => ports.find((port) => port.id === id)?.deviceId ?? []);
  return [];
}
