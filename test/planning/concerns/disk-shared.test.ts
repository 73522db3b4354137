import { disk } from "../fixtures.ts";
import { finds, one, testRule } from "./cases.ts";

testRule("disk.shared", [
  finds(
    "shared disks",
    one({
      disks: [
        disk(2000, { bootOrder: 0, sharing: "multiWriter" }),
        disk(2001, { controller: { key: 1, bus: "scsi", busNumber: 1, model: null, sharedBus: "physical" } }),
      ],
    }),
    ["web01", "Critical", /disk 2000 is shared \(multi-writer\)/],
    ["web01", "Critical", /disk 2001 is shared \(bus sharing physical\)/],
  ),
]);
