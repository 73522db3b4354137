import { hasVolume } from "../still-to-create.ts";
import { checkedVms } from "./planned-ports.ts";
import type { Rule } from "./rule.ts";

export const volumeTooLarge: Rule = {
  id: "volume.too-large",
  category: "Critical",
  label: "Disk is larger than a volume may be",
  why: "Cinder refuses a volume over the quota per_volume_gigabytes, however much is left of the others.",
  check: (view) =>
    checkedVms(view).flatMap(({ key, target, disks }) => {
      const offer = view.offers.get(target);
      const limit = offer?.quota.perVolumeGiB ?? null;
      if (offer === undefined || limit === null) return [];
      return disks
        .filter((disk) => disk.sizeGiB > limit && !hasVolume(offer, view.stack, disk.key))
        .map(({ deviceKey, sizeGiB }) => ({
          vm: key,
          assessment:
            `disk ${deviceKey} needs a volume of ${sizeGiB} GiB, a volume of target ${target} may have ${limit}: have the ` +
            "quota per_volume_gigabytes raised, or leave the VM out",
        }));
    }),
};
