import { diskWith, finds, one, silent, testRule, withSource } from "./cases.ts";

testRule("datastore.inaccessible", [
  finds("what the VM's source says of the disk", one(diskWith({ datastoreAccessible: false })), [
    "web01",
    "Critical",
    /ds1 of disk 2000 was not accessible/,
  ]),
  finds("what the source says of the datastore", withSource({}, { datastores: [{ name: "ds1", accessible: false }] }), [
    "web01",
    "Critical",
    /ds1 of disk 2000 was not accessible/,
  ]),
  finds(
    "a datastore in maintenance",
    withSource({}, { datastores: [{ name: "ds1", accessible: true, maintenance: true }] }),
    ["web01", "Warning", /was in maintenance/],
  ),
  silent(
    "a datastore that is there",
    withSource(diskWith({ datastoreAccessible: true }), {
      datastores: [{ name: "ds1", accessible: true, maintenance: false }],
    }),
  ),
  silent("the same name at another server", {
    ...withSource({}, { server: "vc2", datastores: [{ name: "ds1", accessible: false }] }),
  }),
]);
