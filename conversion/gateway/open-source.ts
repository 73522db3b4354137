import { messageOf, refused } from "../failure.ts";
import { inspectDisk } from "../source/inspect-disk.ts";
import type { SourceContext } from "../source/transport.ts";
import type { GatewayOrder } from "./order.ts";
import { servedDisk, type ServedDisk } from "./served-disk.ts";

/** How often the source is asked whether it has changed. */
const LOOK_MS = 15_000;

/** The source of a gateway. */
export interface GatewaySource {
  readonly disk: ServedDisk;
  /** For people: how its bytes are reached. */
  readonly how: string;
  /** Why nothing is given any more; null while it is. */
  refused(): string | null;
  /** Looks at the source now and then: once it has changed nothing more is given. @returns stops it */
  watch(onChange: () => void): () => void;
}

/**
 * Looks into the source as an import does, and reads its first bytes.
 * @throws a refusal for a source that is not the one that the image was prepared for, or that comes as a stream
 */
export async function openSource(order: GatewayOrder, context: SourceContext): Promise<GatewaySource> {
  const { disk: name, source, fingerprint, sizeBytes } = order;
  const found = await inspectDisk(context, name, source);
  if (found.fingerprint.sha256 !== fingerprint)
    throw refused(
      `${name}: the source has changed since the image was made to read from it: it is not served any more. Was the VM ` +
        "switched on again? What is copied and what is not would be of two times: roll it back (phase: absent, then up).",
    );
  const disk = servedDisk({
    clock: context.clock,
    log: context.log,
    open: () => found.open(),
    capacityBytes: source.capacityBytes,
    sizeBytes,
    etag: `"${fingerprint}"`,
  });
  try {
    await disk.read({ offset: 0, length: 512 });
  } catch (error) {
    await disk.close();
    throw refused(`${name}: an instant import is not possible: ${messageOf(error)}. Say instant: false in the plan.`);
  }
  let reason: string | null = null;
  return {
    disk,
    how: found.how,
    refused: () => reason,
    watch(onChange) {
      const look = async (): Promise<void> => {
        // A source out of reach for a moment has not changed: its reads tell of that by themselves.
        const changes = await found.changes().catch(() => []);
        if (changes.length === 0 || reason !== null) return;
        reason = `the source has changed: ${changes.join("; ")}. Nothing of it is given any more; see that the VM stays off`;
        disk.refuse(reason);
        onChange();
      };
      const timer = setInterval(() => void look(), LOOK_MS);
      return () => {
        clearInterval(timer);
      };
    },
  };
}
