import { disk } from "../fixtures.ts";
import { atSource } from "../live.ts";
import { finds, one, silent, testRule } from "./cases.ts";

const disks = [disk(2000), disk(2001)];

// What is Critical of what may change: live-changes.test.ts.
testRule("source.data-changed", [
  finds("a disk that was added at the source", atSource(one({}), { disks }), [
    "web01",
    "Critical",
    /Hard disk 2 \(2001\): is new.*would not be copied: read the inventory again/,
  ]),
  finds(
    "it whatever the plan says",
    atSource(one({}, { concerns: { "source.data-changed": { category: "waived", reason: "because" } } }), { disks }),
    ["web01", "Critical", /is new/],
  ),
  silent("another memory", atSource(one({}), { memoryMiB: 8192 })),
  silent("a VM that was not read", one({})),
  silent("one that is rolled back", atSource(one({}, { phase: "absent" }), { disks })),
]);
