import { finds, silent, testRule, withSource } from "./cases.ts";

testRule("datastore.missing", [
  finds("a datastore that the source does not have", withSource({}, { datastores: [{ name: "ds2" }] }), [
    "web01",
    "Critical",
    /ds1 of disk 2000 is not among the 1 that the source has/,
  ]),
  silent("a source that lists none", withSource({}, { datastores: [] })),
  silent("what another server has", withSource({}, { server: "vc2", datastores: [{ name: "ds2" }] })),
  silent("a datastore that is there", withSource({}, { datastores: [{ name: "ds1" }] })),
]);
