import { diskWith, finds, one, testRule } from "./cases.ts";

testRule("disk.nvme", [
  finds("an NVMe disk", one(diskWith({ controller: { key: 1, bus: "nvme", busNumber: 0, model: null } })), [
    "web01",
    "Warning",
    /disk 2000/,
  ]),
]);
