import { shown } from "../../inventory/shown.ts";
import { type FactRule, perFacts } from "./fact-rule.ts";

export const diskArchive: FactRule = {
  id: "disk.archive",
  category: "Critical",
  label: "Disk is inside an archive",
  why: "Disks are copied from files of their own: what lies inside an .ova cannot be opened by the import.",
  hard: true,
  checkFacts: (view) =>
    perFacts(view, (facts) =>
      facts.disks.flatMap(({ deviceKey, file, member }) =>
        member === null
          ? []
          : [
              `disk ${deviceKey} is ${shown(member)} inside ${shown(file)}: unpack the archive (tar xf), and read the VM ` +
                "from the .ovf in it",
            ],
      ),
    ),
};
