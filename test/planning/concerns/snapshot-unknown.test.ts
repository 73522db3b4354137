import { finds, one, silent, testRule } from "./cases.ts";

testRule("snapshot.unknown", [
  finds("snapshots that nobody told of", one({ notTold: ["snapshots"] }), ["web01", "Warning", /vSnapshot/]),
  silent("a VM without", one({ notTold: ["disks"] })),
]);
