import type { Proposal, ProposedWave } from "../../../planning/waves/propose.ts";

/** The proposed wave that holds a VM. */
export function waveOf({ waves }: Proposal, key: string): ProposedWave | undefined {
  return waves.find(({ part }) => part.vms.includes(key));
}
