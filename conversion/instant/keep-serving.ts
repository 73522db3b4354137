import { failed, refused } from "../failure.ts";
import { portRange, type GatewaySettings } from "../gateway/gateway-settings.ts";
import type { GatewayOrder } from "../gateway/order.ts";
import { isServing, PortTaken, startGateway, stopGateway } from "../gateway/start.ts";
import { newToken, placeOf, type GatewayPlace } from "../gateway/url.ts";
import type { ImportJob } from "../job.ts";
import { gatewayOf } from "./conditions.ts";
import type { InstantDisk } from "./instant-disk.ts";
import type { InstantRecord } from "./record.ts";

const GIB = 1024 ** 3;
/** A gateway that was just ended may hold its port for a moment. */
const PORT_TRIES = 15;
const PORT_PAUSE_MS = 1_000;

/** Starts a gateway for a disk that nobody reads yet, on the first port that is free. */
export async function startServing(
  one: InstantDisk,
  job: ImportJob,
  fingerprint: string,
  gateway: GatewaySettings,
): Promise<GatewayPlace> {
  await stopGateway(one.world.clock, one.volumeId);
  const [first, last] = portRange(gateway);
  const token = newToken();
  for (let port = first; port <= last; port++) {
    const place = { address: gateway.address, port, token };
    try {
      await startGateway(orderFor(one, job, fingerprint, place));
      return place;
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
  }
  throw failed(
    `${one.disk}: no port from ${first} to ${last} of ${gateway.address} is free for its gateway. One is needed for each disk of ` +
      "an instant import that is not committed yet: wait for those, or widen `ports` of `gateway` in runners.yaml.",
  );
}

/**
 * Sees that the gateway which an image reads from is there, and starts it again where it has died: at the same place, which
 * stands in the image's header.
 * @returns whether it had to be started
 */
export async function keepServing(
  one: InstantDisk,
  job: ImportJob,
  { fingerprint, url, host }: InstantRecord,
): Promise<boolean> {
  const place = url === null ? null : placeOf(url);
  if (place === null)
    throw refused(
      `${one.disk}: the RBD image ${one.access.pool}/${one.image} reads from ${url ?? "somewhere else"}, which is no gateway of ` +
        "wavelift. Nothing was changed. See what it is (rbd status).",
    );
  if (await isServing(place, fingerprint)) return false;
  const { address } = gatewayOf(one.world, one.disk);
  if (address !== place.address)
    throw failed(
      `${one.disk}: its image reads from ${place.address} port ${place.port} (prepared by ${host}), where nobody answers, and the ` +
        `gateway of this conversion host has the address ${address}. Give this host the address ${place.address} (and name it in runners.yaml), or ` +
        "run this on the conversion host that has it. Until then the guest cannot read what is not copied.",
    );
  await stopGateway(one.world.clock, one.volumeId);
  for (let attempt = 1; ; attempt++) {
    try {
      await startGateway(orderFor(one, job, fingerprint, place));
      return true;
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
      if (attempt >= PORT_TRIES)
        throw failed(
          `${one.disk}: its image reads from ${place.address} port ${place.port}, and another process of this host has that ` +
            "port. End that process (ss -ltnp), and run again. Until then the guest cannot read what is not copied.",
        );
      await one.world.clock.sleep(PORT_PAUSE_MS);
    }
  }
}

function orderFor(one: InstantDisk, job: ImportJob, fingerprint: string, place: GatewayPlace): GatewayOrder {
  const { settings, logins } = one.world;
  return {
    ...{ version: 1, target: job.target, volumeId: one.volumeId, disk: one.disk, source: job.source, fingerprint },
    ...{ sizeBytes: job.sizeGiB * GIB, settings, logins },
    ...place,
  };
}
