import { disk } from "../fixtures.ts";
import { diskWith, finds, one, silent, testRule } from "./cases.ts";

testRule("change-tracking.off", [
  finds("a VM without change tracking", one({ changeTracking: false, ...diskWith({ changeTracking: false }) }), [
    "web01",
    "Information",
    /off for the VM/,
  ]),
  finds(
    "one disk without",
    one({
      changeTracking: true,
      disks: [disk(2000, { changeTracking: true, bootOrder: 0 }), disk(2001, { changeTracking: false })],
    }),
    ["web01", "Information", /off for disk 2001/],
  ),
  silent("what the source does not tell", one({ changeTracking: null })),
]);
