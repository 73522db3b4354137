import { z } from "zod";
import type { CloudClient } from "../cloud/client.ts";
import { getServer } from "../cloud/nova.ts";
import { shortened } from "./message.ts";
import type { FailedPart, Outcome } from "./outcome.ts";

const Messages = z.object({ messages: z.array(z.object({ user_message: z.string(), created_at: z.string() })) });

/** What failed in the cloud after it had an id: the provider gives the id, not the reason. */
const ASKED: readonly {
  readonly kind: FailedPart["kind"];
  readonly pattern: RegExp;
  readonly ask: (client: CloudClient, id: string) => Promise<string | null>;
}[] = [
  {
    kind: "server",
    pattern: /waiting for instance \(([0-9a-f-]{36})\) to become ready: unexpected state 'ERROR'/,
    ask: async (client, id) => (await getServer(client, id))?.fault ?? null,
  },
  {
    kind: "volume",
    pattern: /blockstorage_volume_v3 ([0-9a-f-]{36}) to become ready: The volume is in error status/,
    // User messages: Cinder 3.5 and later filters them by the volume.
    ask: async (client, id) => {
      const path = `/messages?resource_uuid=${encodeURIComponent(id)}`;
      const answer = await client.request("block-storage", "GET", path, undefined, { microversion: "volume 3.5" });
      const found = Messages.parse(answer).messages.toSorted((a, b) => (a.created_at < b.created_at ? 1 : -1));
      return found[0]?.user_message ?? null;
    },
  },
];

/**
 * The outcome with the reasons of Nova and Cinder, where they give one. What cannot be asked stays as it is: the end of
 * a run is told in any case.
 * @param clientOf connection to the cloud of a VM; null where it is not known
 */
export async function withReasons(
  outcome: Outcome,
  clientOf: (vm: string) => Promise<CloudClient | null>,
): Promise<Outcome> {
  const asked = async (vm: string, part: FailedPart): Promise<FailedPart> => {
    for (const { kind, pattern, ask } of ASKED) {
      const id = kind === part.kind ? pattern.exec(part.error)?.[1] : undefined;
      if (id === undefined) continue;
      const client = await clientOf(vm).catch(() => null);
      const reason = client === null ? null : await ask(client, id).catch(() => null);
      if (reason !== null) return { ...part, cause: shortened(`${part.cause}: ${reason.replace(/[.\s]+$/, "")}`) };
    }
    return part;
  };
  return {
    ...outcome,
    vms: await Promise.all(
      outcome.vms.map(async (vm) => ({
        ...vm,
        failures: await Promise.all(vm.failures.map((part) => asked(vm.vm, part))),
      })),
    ),
  };
}
