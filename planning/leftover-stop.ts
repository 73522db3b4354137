import { vmOf } from "./leftover.ts";
import type { Judged } from "./leftovers.ts";

/** What `up` would make again although it is there: a kept server or volume whose place in the state is empty. */
export function wouldDuplicate(
  judged: readonly Judged[],
  /** Names of the servers and volumes in the state. */
  names: ReadonlySet<string>,
  /** Keys of the VMs that `up` would declare. */
  declared: ReadonlySet<string>,
): Judged[] {
  return judged.filter(
    ({ leftover, remove }) =>
      !remove && leftover.kind !== "port" && !names.has(leftover.mark.key) && declared.has(vmOf(leftover) ?? ""),
  );
}

/** Why `up` is stopped, and the ways on. */
export function duplicateMessage(wave: string, stack: string, duplicates: readonly Judged[]): string {
  const vms = [...new Set(duplicates.flatMap(({ leftover }) => vmOf(leftover) ?? []))].sort();
  const lines = duplicates.map(
    ({ leftover: { kind, name, id, target }, reason }) =>
      `  ${kind} ${name} (${id}) in ${target}: kept, because ${reason}`,
  );
  return [
    `Wave ${wave} is stopped: the state of stack ${stack} does not know what is there of ${vms.join(", ")}, and \`up\` would make it a second time:`,
    ...lines,
    "Which is it?",
    "  - The state is an older or another one: use the right backend (PULUMI_BACKEND_URL), or restore its backup with `pulumi stack import`.",
    `  - The VM was taken out of the state on purpose: set its phase to absent in the plan (nothing of it is in the state, so nothing of it goes) and run \`wavelift plan ${wave}\`.`,
    "  - It is worth nothing: remove it by hand (openstack server delete ID, openstack volume delete ID).",
    "Nothing of these was touched.",
  ].join("\n");
}
