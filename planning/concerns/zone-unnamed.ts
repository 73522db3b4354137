import { shown } from "../../inventory/shown.ts";
import { bySubject } from "./by-subject.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const zoneUnnamed: Rule = {
  id: "zone.unnamed",
  category: "Information",
  label: "No zone is named where there are several",
  about: "wave",
  why: "Volumes then go to Cinder's default zone and servers to any; where Nova forbids it (cross_az_attach: false) they do not come together.",
  about: "wave",
  check: (view) => {
    const found = checkedVms(view)
      .filter(({ availabilityZone }) => availabilityZone === null)
      .flatMap(({ key, target }) => {
        const offer = view.offers.get(target);
        return offer !== undefined && offer.availabilityZones.length > 1
          ? [{ subject: offer, id: target, what: key }]
          : [];
      });
    return bySubject(found).map(({ subject: { target, availabilityZones, volumeZones }, whats }) => ({
      vm: null,
      assessment:
        `target ${target} has the zones ${availabilityZones.map((name) => shown(name)).join(", ")} for servers and ` +
        `${volumeZones?.map((name) => shown(name)).join(", ") ?? "unknown ones"} for volumes, and these VMs name none ` +
        `(availabilityZone): ${whats}`,
    }));
  },
};
