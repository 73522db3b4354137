import { VsphereError } from "../../inventory/vsphere/vsphere-error.ts";
import type { VsphereSession } from "../../inventory/vsphere/session.ts";
import { messageOf } from "../failure.ts";
import { SourceFault, type StreamContents } from "./contents.ts";
import { askDisk, changedFacts, expectOff, fingerprintOf, originOf } from "./exported-disk.ts";
import { download, type Download } from "./lease-download.ts";
import { openLease, type ExportOrder, type Lease } from "./lease.ts";
import { quote } from "./locate.ts";
import { decodeStreamOptimized } from "./stream-optimized.ts";
import type { SourceContext, Transport } from "./transport.ts";

/** Longest and shortest time between two signs of life; in between, a fifth of what the lease allows. */
const SIGN_MS = { longest: 60_000, shortest: 200 } as const;

/**
 * The export stream of a vCenter or ESXi host: the VM is off, and the host sends the disk whole and compressed, from front
 * to end. It reaches what /folder does not (vSAN), and cannot go on in the middle: what was cut off is sent again.
 */
export const leaseTransport: Transport = {
  name: "lease",
  async inspect(context, disk, source) {
    const { server, vm } = originOf(disk, source, "lease");
    const session = await context.vsphere(server);
    const found = await askDisk(session, disk, source);
    const order = { disk, vm, vmName: found.vmName, snapshot: null, address: found.address };
    return {
      fingerprint: fingerprintOf(found),
      how: `export of the VM by ${server} (a compressed stream)`,
      expectUnused: async () => {
        expectOff(disk, server, await askDisk(session, disk, source));
      },
      changes: async () => changedFacts(found, await askDisk(session, disk, source)),
      open: () => Promise.resolve(exportContents(context, session, order, source.capacityBytes)),
    };
  },
};

/**
 * The contents of a disk by its export: each time they are read, a lease of their own.
 * @param order with a snapshot: what it has frozen, of a VM that may run
 */
export function exportContents(
  context: Pick<SourceContext, "clock" | "log">,
  session: VsphereSession,
  order: ExportOrder,
  capacityBytes: number,
): StreamContents {
  const ends = new Set<() => Promise<void>>();
  return {
    kind: "stream",
    async *pieces() {
      const lease = await openLease(session, order, context.clock, context.log);
      let stream: Download | null = null;
      let position = 0;
      let whole = false;
      const hangUp = async (): Promise<void> => stream?.close();
      const percent = (): number => Math.min(99, Math.floor((position * 100) / capacityBytes));
      const life = keepAlive(lease, percent, hangUp);
      const end = async (): Promise<void> => {
        if (!ends.delete(end)) return;
        life.stop();
        await hangUp();
        await (whole ? lease.complete() : lease.abort()).catch((error: unknown) => {
          context.log(`${order.disk}: the lease was not ended, it ends by itself (${messageOf(error)})`);
        });
      };
      ends.add(end);
      try {
        stream = await download(session, order.disk, lease);
        const what = `${order.disk}: the export of the VM ${quote(order.vmName)}`;
        for await (const piece of decodeStreamOptimized(stream.body, what, capacityBytes)) {
          position = piece.offset + piece.data.length;
          // Who has it all may ask no more, and just close.
          whole = position === capacityBytes;
          yield piece;
        }
        whole = true;
      } catch (error) {
        // That the lease is gone explains a stream that broke.
        throw life.fault() ?? error;
      } finally {
        await end();
      }
    },
    close: async () => {
      await Promise.all([...ends].map((end) => end()));
    },
  };
}

/** Gives signs of life well before the lease ends by itself. Once it is known to be gone, `hangUp` ends what waits for it. */
function keepAlive(
  lease: Lease,
  percent: () => number,
  hangUp: () => Promise<void>,
): { fault: () => SourceFault | null; stop: () => void } {
  let gone: SourceFault | null = null;
  const everyMs = Math.max(SIGN_MS.shortest, Math.min(SIGN_MS.longest, (lease.timeoutSeconds * 1000) / 5));
  const timer = setInterval(() => {
    lease.progress(percent()).catch((error: unknown) => {
      // A server that does not answer now may do so before the lease ends; one that says no does not change its mind.
      if (!(error instanceof VsphereError) || error.mayHeal) return;
      gone ??= new SourceFault(`the lease ended before its disk was read (${error.message})`);
      void hangUp();
    });
  }, everyMs);
  return {
    fault: () => gone,
    stop: () => {
      clearInterval(timer);
    },
  };
}
