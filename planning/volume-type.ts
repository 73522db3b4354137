import type { CloudOffer } from "../cloud/offer.ts";
import type { EstateDisk } from "../inventory/schema/estate.ts";
import type { Plan } from "../inventory/schema/plan.ts";
import { own } from "../inventory/own.ts";
import { shown } from "../inventory/shown.ts";
import { type Decision, decided, undecided } from "./decision.ts";
import type { Decisions } from "./overrides.ts";

/** Name of the volume type of a disk: what the plan says of the disk, of the VM, of its datastore for this target. */
export function chooseVolumeType(
  disk: EstateDisk,
  plan: Plan,
  decisions: Decisions,
  offer: CloudOffer,
): Decision<string> {
  const wanted = wantedType(disk, plan, decisions);
  if (wanted === null) {
    return undecided(
      `datastore ${shown(disk.datastore)} of disk ${disk.deviceKey} has no volume type: add it to the plan's datastores`,
    );
  }
  const type = offer.volumeTypes.find(({ name, id }) => name === wanted.type || id === wanted.type);
  if (type !== undefined) return decided(type.name, wanted.reason);
  const offered = offer.volumeTypes.map(({ name }) => shown(name)).sort();
  return undecided(
    `volume type ${shown(wanted.type)} of disk ${disk.deviceKey} (${wanted.reason}) is not offered by ` +
      `target ${decisions.target}: name one of ${offered.join(", ") || "none"}`,
  );
}

function wantedType(disk: EstateDisk, plan: Plan, decisions: Decisions): { type: string; reason: string } | null {
  const ofDisk = own(decisions.disks, String(disk.deviceKey))?.volumeType;
  if (ofDisk !== undefined) return { type: ofDisk, reason: "named in the plan for this disk" };
  if (decisions.volumeType !== undefined)
    return { type: decisions.volumeType, reason: "named in the plan for this VM" };
  const ofTarget = own(own(plan.targets, decisions.target)?.datastores, disk.datastore);
  if (ofTarget !== undefined) {
    return { type: ofTarget, reason: `datastore ${shown(disk.datastore)} on target ${decisions.target}` };
  }
  const ofPlan = own(plan.datastores, disk.datastore);
  return ofPlan === undefined ? null : { type: ofPlan, reason: `datastore ${shown(disk.datastore)}` };
}
