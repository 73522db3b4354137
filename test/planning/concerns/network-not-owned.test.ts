import { finds, member, onFlat, one, silent, testRule } from "./cases.ts";

testRule("network.not-owned", [
  finds("a member on the network of another project", one(onFlat, {}, member("other")), [
    "web01",
    "Critical",
    /lab-flat of NIC 4000 belongs to project other/,
  ]),
  silent("a member on its own network", one(onFlat, {}, member("project-1"))),
  silent("an admin", one(onFlat, {}, { ...member("other"), isAdmin: true })),
]);
