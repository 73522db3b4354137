import { disk } from "../fixtures.ts";
import { finds, one, silent, testRule } from "./cases.ts";

const two = { template: true, disks: [disk(2000, { bootOrder: 0 }), disk(2001)] };

testRule("image.further-disks", [
  finds("a template whose data disk would stay behind", one(two), [
    "web01",
    "Critical",
    /would be "?Hard disk 1"? alone, and "?Hard disk 2"? would stay/,
  ]),
  finds("the same where the plan says so", one(two, { image: { otherDisks: "ignore" } }), [
    "web01",
    "Information",
    /Hard disk 2"?: stays at the source, as the plan says/,
  ]),
  silent("a template of one disk", one({ template: true })),
  silent("a VM of two disks", one({ disks: two.disks })),
]);
