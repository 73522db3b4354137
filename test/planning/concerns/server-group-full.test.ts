import { quota } from "../fixtures.ts";
import { finds, mark, several, silent, testRule } from "./cases.ts";
import type { CloudOffer } from "../../../cloud/offer.ts";

const on = { powerState: "poweredOn" };
const group = { serverGroup: "pair" };
const pair = (...sizes: number[]): Partial<CloudOffer> => ({
  serverGroups: sizes.map((size, index) => ({
    id: `g${index}`,
    name: "pair",
    policies: ["anti-affinity"],
    memberIds: Array.from({ length: size }, (_, member) => `s${member}`),
  })),
  quota: quota({ serverGroupMembers: 3 }),
});
const two = (cloud: Partial<CloudOffer>) => several({ a: on, b: on }, { a: group, b: group }, cloud);

testRule("server-group.full", [
  finds("more members than the quota", two(pair(2)), [
    null,
    "Critical",
    /target lab: server group pair has 2 servers and would get 2 more, 3 are allowed/,
  ]),
  silent("just as many", two(pair(1))),
  silent(
    "a member that is there",
    two({ ...pair(2), servers: [{ id: "s1", name: "a", status: "ACTIVE", mark: mark("a") }] }),
  ),
  silent("two groups of one name, of which one has room", two(pair(3, 1))),
  silent("VMs in no group", several({ a: on, b: on }, {}, pair(3))),
]);
