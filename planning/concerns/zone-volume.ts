import { shown } from "../../inventory/shown.ts";
import { hasVolume } from "../still-to-create.ts";
import { checkedVms } from "./planned-ports.ts";
import type { CloudOffer } from "../../cloud/offer.ts";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const zoneVolume: Rule = {
  id: "zone.volume",
  category: "Critical",
  label: "Volumes cannot be made in the server's zone",
  why: "The volumes are made in the zone of the server. Cinder has zones of its own, and a volume type may be limited to some.",
  check: (view) =>
    checkedVms(view).flatMap((vm) => {
      const offer = view.offers.get(vm.target);
      return offer === undefined || vm.availabilityZone === null
        ? []
        : [...noZone(vm, vm.availabilityZone, offer, view), ...noType(vm, vm.availabilityZone, offer, view)];
    }),
};

function noZone(vm: PlannedVm, zone: string, { volumeZones, ...offer }: CloudOffer, view: WaveView): Finding[] {
  const missing = vm.disks.some(({ key }) => !hasVolume({ volumeZones, ...offer }, view.stack, key));
  if (volumeZones === null || volumeZones.includes(zone) || !missing) return [];
  const assessment =
    `Cinder of target ${vm.target} has no zone ${shown(zone)} for volumes, only ${volumeZones.map((name) => shown(name)).join(", ") || "none"}: ` +
    "name a zone that servers and volumes both have, or leave availabilityZone out. Where Cinder falls back to its default " +
    "zone (allow_availability_zone_fallback), waive this";
  return [{ vm: vm.key, assessment }];
}

function noType(vm: PlannedVm, zone: string, offer: CloudOffer, view: WaveView): Finding[] {
  return vm.disks
    .filter(({ key }) => !hasVolume(offer, view.stack, key))
    .flatMap(({ deviceKey, volumeType }) => {
      const zones = offer.volumeTypes.find(({ name }) => name === volumeType)?.zones ?? null;
      return zones === null || zones.includes(zone)
        ? []
        : [
            {
              vm: vm.key,
              assessment:
                `volume type ${shown(volumeType)} of disk ${deviceKey} is limited to ${zones.map((name) => shown(name)).join(", ")}, ` +
                `the server is to be in ${shown(zone)}: name another zone or volume type`,
            },
          ];
    });
}
