import { shown } from "../../inventory/shown.ts";
import { perVm, type Rule } from "./rule.ts";

export const zoneUnknown: Rule = {
  id: "zone.unknown",
  category: "Critical",
  label: "Availability zone is not there",
  why: "Nova refuses a server in a zone that it does not know.",
  check: (view) =>
    perVm(view, ({ decisions: { availabilityZone: zone, target }, offer: { availabilityZones: zones } }) =>
      zone === undefined || zones.includes(zone)
        ? []
        : [
            `zone ${shown(zone)} is not on target ${target}: name one of ${zones.map((name) => shown(name)).join(", ")}`,
          ],
    ),
};
