import type { CloudOffer } from "../../cloud/offer.ts";
import type { WaveFile } from "../../inventory/schema/wave.ts";
import { vmOfDisk } from "../begun.ts";
import { entriesOf } from "../wave-entries.ts";
import type { Finding, Rule } from "./rule.ts";

export const volumeLost: Rule = {
  id: "volume.lost",
  category: "Critical",
  label: "A volume that is there is no more declared",
  why: "Pulumi deletes what is not declared any more, with the data on it: a disk that left the file, a VM on another target.",
  hard: true,
  always: true,
  check: ({ file, offers, stack }) => [...lostVolumes(file, offers, stack), ...lostImages(file, offers, stack)],
};

/** The same for the image of a template: the file has it on another target, or as a VM. */
export function lostImages(file: WaveFile, offers: ReadonlyMap<string, CloudOffer>, stack: string): Finding[] {
  const here = new Map(entriesOf(file).flatMap((entry) => (entry.phase === "absent" ? [] : [[entry.key, entry]])));
  return [...offers].flatMap(([target, { images = [] }]) =>
    images.flatMap(({ id, mark }): Finding[] => {
      const entry = mark?.stack === stack ? here.get(mark.key) : undefined;
      if (entry === undefined || ("disk" in entry && entry.target === target)) return [];
      if ("disk" in entry && offers.get(entry.target)?.images?.some((one) => one.id === id) === true) return [];
      const found = "disk" in entry ? `the file says ${entry.target}` : "the file has it as a server";
      const assessment =
        `image ${id} of ${entry.key} is on target ${target}, ${found}: going on would delete it. Take ${entry.key}'s entry ` +
        "from the last commit of the wave file, or plan it again";
      return [{ vm: entry.key, assessment }];
    }),
  );
}

/**
 * Volumes of this stack whose VM is in the file, not to be rolled back, but whose disk or target is another one there.
 * The plan cannot do that (keep-begun.ts); a file edited by hand, merged badly or taken from an older commit can.
 */
export function lostVolumes(file: WaveFile, offers: ReadonlyMap<string, CloudOffer>, stack: string): Finding[] {
  const here = new Map(file.vms.filter(({ phase }) => phase !== "absent").map((vm) => [vm.key, vm]));
  const templates = new Set((file.images ?? []).filter(({ phase }) => phase !== "absent").map(({ key }) => key));
  return [...offers].flatMap(([target, { volumes }]) =>
    volumes.flatMap(({ id, mark }): Finding[] => {
      const key = mark?.stack === stack ? (vmOfDisk(mark.key) ?? "") : "";
      const vm = here.get(key);
      if (mark !== null && templates.has(key) && vm === undefined)
        return [
          {
            vm: key,
            assessment:
              `volume of ${mark.key} is there, but the file has ${key} as an image: going on would delete it. Take its ` +
              "entry from the last commit of the wave file, or plan it again",
          },
        ];
      if (mark === null || vm === undefined) return [];
      // Two targets may be one project, by two entries of clouds.yaml: the volume is judged where the file has it.
      if (vm.target !== target && offers.get(vm.target)?.volumes.some((one) => one.id === id) === true) return [];
      const way = `going on would delete it. Take ${vm.key}'s entry from the last commit of the wave file, or plan it again`;
      if (vm.target !== target)
        return [
          {
            vm: vm.key,
            assessment: `volume of ${mark.key} is on target ${target}, the file says ${vm.target}: ${way}`,
          },
        ];
      return vm.disks.some(({ key }) => key === mark.key)
        ? []
        : [{ vm: vm.key, assessment: `volume of ${mark.key} is there, but the file has no such disk: ${way}` }];
    }),
  );
}
