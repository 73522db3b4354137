import { disk } from "../fixtures.ts";
import { atSource } from "../live.ts";
import { finds, one, silent, testRule } from "./cases.ts";

// More: ../live-changes.test.ts.
testRule("source.data-changed", [
  finds("a disk that was added at the source", atSource(one({}), { disks: [disk(2000), disk(2001)] }), [
    "web01",
    "Critical",
    /Hard disk 2 \(2001\): is new.*would not be copied: read the inventory again/,
  ]),
  silent("another memory at the source", atSource(one({}), { memoryMiB: 8192 })),
]);
