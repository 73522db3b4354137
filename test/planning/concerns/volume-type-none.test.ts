import { diskWith, finds, one, testRule } from "./cases.ts";

testRule("volume-type.none", [
  finds("an unmapped datastore", one(diskWith({ datastore: "ds9" })), [
    "web01",
    "Critical",
    /datastore ds9 of disk 2000/,
  ]),
  finds("a volume type that is not offered", one({}, { volumeType: "fast" }), [
    "web01",
    "Critical",
    /volume type fast .* name one of ceph/,
  ]),
]);
