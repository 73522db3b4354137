import { vmOfDisk } from "./begun.ts";
import type { Holdings } from "./holdings.ts";
import type { ImageFacts } from "./image-facts.ts";
import { vmOf, type Leftover } from "./leftover.ts";

/** Why nothing of a leftover's VM may be touched, null when it may. */
export function untouchableVms(
  stack: string,
  holdings: readonly Holdings[],
  images: ReadonlyMap<string, ImageFacts>,
): (leftover: Leftover) => string | null {
  const reasons = new Map<string, string>();
  for (const held of holdings)
    for (const { id, status, mark } of held.volumes) {
      const vm = mark?.stack === stack ? vmOfDisk(mark.key) : null;
      const facts = images.get(id);
      if (vm === null || facts === undefined) continue;
      if (facts.image?.ledger === "accepted") reasons.set(vm, `${vm} was accepted`);
      else if (facts.fault !== null && !reasons.has(vm))
        reasons.set(vm, `the disks of ${vm} cannot be read: ${facts.fault}`);
      else if (facts.image === null && ["available", "in-use"].includes(status) && !reasons.has(vm))
        reasons.set(vm, `there is no RBD image of volume ${id}: does \`storage\` in runners.yaml name the right pool?`);
    }
  return (leftover) => {
    const vm = vmOf(leftover);
    return vm === null ? "its mark names no disk" : (reasons.get(vm) ?? null);
  };
}

/**
 * Why what is there of a leftover's VM may be another state's, null when the state explains it. An engine that is killed
 * leaves empty things of a VM that its state knows. A state that does not know the VM at all, or not the disk that was
 * copied, is another one (another backend, a backup, a clone with a state of its own): the VM may be alive in that one.
 */
export function doubtfulVms(
  leftovers: readonly Leftover[],
  /** By the id of each volume among them: why it is kept, null when it is not. */
  keptVolumes: ReadonlyMap<string, string | null>,
  /** Keys of the VMs in the state. */
  known: ReadonlySet<string>,
): (leftover: Leftover) => string | null {
  const unexplained = new Map(
    leftovers.flatMap((leftover) =>
      leftover.kind === "volume" && keptVolumes.get(leftover.id) !== null
        ? [[vmOf(leftover), `the state does not know the volume ${leftover.id} of the same VM, which is kept`] as const]
        : [],
    ),
  );
  return (leftover) => {
    const vm = vmOf(leftover);
    return vm === null || known.has(vm)
      ? (unexplained.get(vm) ?? null)
      : `the state knows nothing of ${vm}: is it the state that made it?`;
  };
}
