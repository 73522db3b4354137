import { disk } from "../fixtures.ts";
import { diskWith, finds, one, silent, testRule } from "./cases.ts";

testRule("disk.reservation", [
  finds(
    "a disk on a shared bus",
    one({
      disks: [
        disk(2000, { bootOrder: 0 }),
        disk(2001, { controller: { key: 1, bus: "scsi", busNumber: 1, model: null, sharedBus: "virtual" } }),
      ],
    }),
    ["web01", "Critical", /disk 2001 is on a bus shared virtual/],
  ),
  silent("a multi-writer disk, which uses none", one(diskWith({ sharing: "multiWriter" }))),
]);
