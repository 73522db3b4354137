import { shown } from "../../inventory/shown.ts";
import { placeOf } from "../storage-space.ts";
import type { Rule } from "./rule.ts";
import { demandsOf } from "./storage.ts";

export const storageUnknown: Rule = {
  id: "storage.unknown",
  category: "Information",
  label: "Free space of the storage is not known",
  about: "wave",
  why: "Whether the wave fits must then be asked: a cluster that runs full stops everybody's writes.",
  about: "wave",
  check: (view) =>
    demandsOf(view).flatMap(({ demand, offer }) => {
      const place = placeOf(demand, offer, view.storage);
      return "unknown" in place
        ? [
            {
              vm: null,
              assessment:
                `target ${demand.target}, volume type ${shown(demand.volumeType)}: the wave writes up to ` +
                `${Math.ceil(demand.possibleBytes / 2 ** 30)} GiB, and how much is free is not known (${place.unknown}). Ask ` +
                "the cloud's administrator (ceph df: MAX AVAIL of the pool), or name the pool in runners.yaml (storage)",
            },
          ]
        : [];
    }),
};
