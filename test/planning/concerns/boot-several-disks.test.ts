import { disk } from "../fixtures.ts";
import { finds, one, silent, testRule } from "./cases.ts";

testRule("boot.several-disks", [
  finds("two disks without boot order", one({ disks: [disk(2000), disk(2001)] }), [
    "web01",
    "Warning",
    /bootDisk: 2000/,
  ]),
  finds(
    "disks on two buses without boot order",
    one({ disks: [disk(2000), disk(3000, { controller: { key: null, bus: "ide", busNumber: 0, model: null } })] }),
    ["web01", "Critical", /bootDisk: 2000/],
  ),
  silent("a declared boot disk", one({ disks: [disk(2000), disk(2001)] }, { bootDisk: 2001 })),
]);
