import { finds, one, silent, testRule } from "./cases.ts";

testRule("consolidation.needed", [
  finds("files of deleted snapshots", one({ consolidationNeeded: true }), [
    "web01",
    "Warning",
    /consolidate them there/,
  ]),
  silent("a consolidated VM", one({ consolidationNeeded: false })),
]);
