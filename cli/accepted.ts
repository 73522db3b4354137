import type { WaveFile } from "../inventory/schema/wave.ts";
import { exitCodes, UserError } from "./failure.ts";
import type { AcceptedVm, StackState } from "./stack-state.ts";
import { askLauncher, type AskStorage } from "./storage-facts.ts";

/**
 * Looks before anything of an accepted VM goes. The stages refuse the same, each before what it guards: server and volumes.
 * But pulumi takes the ports of a VM without a server before it asks any stage.
 *
 * @param file the wave as planned: `up` takes back what is absent there; null where there is none
 * @throws {UserError} naming the VMs: nothing was removed
 */
export async function expectNotAccepted(
  verb: "up" | "destroy",
  { stack, wave, file }: { readonly stack: string; readonly wave: string; readonly file: WaveFile | null },
  { accepted, vms }: StackState,
  ask: AskStorage = askLauncher,
): Promise<void> {
  const absent = new Set(file?.vms.filter(({ phase }) => phase === "absent").map(({ key }) => key));
  const doomed = accepted.filter(({ vm }) => verb === "destroy" || absent.has(vm));
  const reasons = await Promise.all(doomed.map((one) => reasonToKeep(`wavelift/${stack}`, one, ask)));
  const kept = doomed.flatMap((one, index) => {
    const reason = reasons[index] ?? null;
    return reason === null ? [] : [{ vm: one.vm, reason }];
  });
  if (kept.length === 0) return;
  const names = new Set(kept.map(({ vm }) => vm));
  const others = [...vms].filter((vm) => !names.has(vm)).sort();
  throw new UserError(
    [
      verb === "destroy" ? `Stack ${stack} is not destroyed:` : `Wave ${wave} is stopped:`,
      ...kept.map(({ vm, reason }) => `  ${vm}: rollback is over: ${reason}`),
      "Nothing was removed. What runs stays: `phase: accepted` in the plan says so. To take a VM away from the stack and leave it " +
        "running, remove it from the state (pulumi state delete); its volumes then are yours to keep or delete.",
      ...(verb === "destroy" && others.length > 0
        ? [
            `To roll back the others (${others.join(", ")}): phase: absent, wavelift plan ${wave}, wavelift up ${stack}.`,
          ]
        : []),
    ].join("\n"),
    exitCodes.stopped,
  );
}

/** Null when its ledgers do not say `accepted`: somebody has taken that back on purpose. */
async function reasonToKeep(
  stack: string,
  { target, cloud, volumeIds }: AcceptedVm,
  ask: AskStorage,
): Promise<string | null> {
  const facts = await ask("leftovers", { version: 1, stack, target, cloud, volumeIds: [...volumeIds] });
  if ("fault" in facts) return `the state says that it was accepted, and its disks cannot be looked at: ${facts.fault}`;
  const accepted = facts.images.filter(({ image }) => image?.ledger === "accepted");
  const unread = facts.images.find(({ fault }) => fault !== null);
  if (accepted.length > 0) return "it was accepted";
  return unread === undefined
    ? null
    : `the state says that it was accepted, and its disks cannot be read: ${unread.fault ?? ""}`;
}
