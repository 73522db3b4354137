import { diskWith, finds, several, silent, testRule } from "./cases.ts";

const ofThree = diskWith({ sharedWith: ["a", "b", "c"] });
const all = { a: ofThree, b: ofThree, c: ofThree };

testRule("disk.owner-missing", [
  finds("owners that are in no wave or in another", several({ b: ofThree }), [
    "b",
    "Critical",
    /disk 2000 also belongs to a, c, not in this wave.*: put all owners into one wave/,
  ]),
  finds(
    "owners that are left out or rolled back, for those that go",
    several(all, { a: { exclude: true }, b: { phase: "absent" } }),
    ["c", "Critical", /belongs to a, b/],
    ["a", "Information", /belongs to b/],
  ),
  silent("a cluster that goes as a whole", several(all)),
  silent("disks of one VM", several({ a: {} })),
]);
