import type { DiskSource } from "../job.ts";
import type { TransportName } from "../../inventory/schema/disk-source.ts";
import type { Fingerprint } from "../ledger/ledger.ts";
import { chooseTransport } from "./choose-transport.ts";
import { fileTransport } from "./file-transport.ts";
import { leaseTransport } from "./lease-transport.ts";
import { httpsTransport } from "./https-transport.ts";
import { ovaTransport } from "./ova-transport.ts";
import { sshTransport } from "./ssh/ssh-transport.ts";
import { vddkTransport } from "./vddk-transport.ts";
import type { InspectedSource, SourceContext, Transport } from "./transport.ts";

/** Every way to a disk's bytes. */
const transports: Readonly<Record<TransportName, Transport>> = {
  file: fileTransport,
  ova: ovaTransport,
  vddk: vddkTransport,
  lease: leaseTransport,
  https: httpsTransport,
  ssh: sshTransport,
};

/**
 * Looks into a disk the way that its job names.
 * @param begun the source that its copy was begun from, which `auto` goes on with where it can; null: nothing is copied yet
 * @throws a Failure that says why the disk is not taken
 */
export async function inspectDisk(
  context: SourceContext,
  disk: string,
  source: DiskSource,
  begun: Fingerprint | null = null,
): Promise<InspectedSource> {
  if (source.transport === "auto") return chooseTransport(context, disk, source, begun, transports);
  return transports[source.transport].inspect(context, disk, source);
}
