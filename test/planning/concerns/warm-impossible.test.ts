import { disk } from "../fixtures.ts";
import { diskWith, finds, one, silent, testRule } from "./cases.ts";

testRule("warm.impossible", [
  finds(
    "all that stands against precopy",
    one(
      {
        changeTracking: false,
        hardwareVersion: 4,
        snapshots: [{ id: "1", name: "s" }],
        faultTolerance: true,
        disks: [
          disk(2000, { bootOrder: 0, mode: "independent_persistent" }),
          disk(2001, { rdm: "physical" }),
          disk(2002, { sharing: "multiWriter" }),
        ],
      },
      { phase: "precopy" },
    ),
    [
      "web01",
      "Warning",
      /tracking is off; virtual hardware 4 has none; it has 1 snapshots; fault tolerance .*; disk 2000 is independent.*; disk 2001 is a physical RDM.*; disk 2002 is multi-writer/,
    ],
  ),
  finds(
    "one disk without change tracking",
    one({ changeTracking: true, ...diskWith({ changeTracking: false }) }, { phase: "precopy" }),
    ["web01", "Warning", /tracking of disk 2000 is off/],
  ),
  silent("the same in a cold migration", one({ changeTracking: false })),
  silent("a VM of which nothing is known", one({}, { phase: "precopy" })),
]);
