import { disk } from "../fixtures.ts";
import { finds, one, silent, testRule } from "./cases.ts";

testRule("instant.impossible", [
  finds("a VM that gets no server", one({}, { instant: true }), [
    "web01",
    "Critical",
    /no server is booted \(poweredOff at the source; .*\): say instant: false/,
  ]),
  finds("a VM in precopy", one({ powerState: "poweredOn" }, { instant: true, phase: "precopy" }), [
    "web01",
    "Critical",
    /its phase is precopy/,
  ]),
  finds(
    "a shared disk",
    one(
      { powerState: "poweredOn", disks: [disk(2000, { bootOrder: 0 }), disk(2001, { sharing: "multiWriter" })] },
      { instant: true },
    ),
    ["web01", "Critical", /disk 2001 is shared with other VMs/],
  ),
  silent("a VM that boots", one({ powerState: "poweredOn" }, { instant: true })),
  silent("a VM that is copied first and gets no server", one({})),
]);
