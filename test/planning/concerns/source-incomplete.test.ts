import { finds, one, silent, testRule } from "./cases.ts";

testRule("source.incomplete", [
  finds("what a spreadsheet lacks", one({ notTold: ["devices", "encryption", "exactSizes"] }), [
    "web01",
    "Information",
    /SR-IOV.*encryption of disks.*whole MiB/,
  ]),
  silent("what has a rule of its own", one({ notTold: ["disks", "nics", "snapshots"] })),
]);
