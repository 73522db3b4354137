import { finds, one, silent, testRule } from "./cases.ts";

testRule("disk.unknown", [
  finds("a list that is not whole", one({ notTold: ["disks"] }), ["web01", "Critical", /tells of 1 disks/]),
  silent("other things that are not told", one({ notTold: ["nics", "exactSizes"] })),
]);
