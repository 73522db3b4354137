import { finds, mark, one, onTwoTargets, several, silent, testRule } from "./cases.ts";

testRule("name.duplicate", [
  finds(
    "a server of that name",
    one({ powerState: "poweredOn" }, {}, { servers: [{ id: "s1", name: "web01", status: "ACTIVE", mark: null }] }),
    ["web01", "Warning", /server s1/],
  ),
  finds(
    "two VMs of one name",
    several({ a: { name: "x", powerState: "poweredOn" }, b: { name: "x", powerState: "poweredOn" } }),
    ["a", "Warning", /VM b/],
    ["b", "Warning", /VM a/],
  ),
  silent(
    "its own server",
    one(
      { powerState: "poweredOn" },
      {},
      { servers: [{ id: "s1", name: "web01", status: "ACTIVE", mark: mark("web01") }] },
    ),
  ),
  finds(
    "two VMs of one name on two targets of one project",
    onTwoTargets({ name: "x", powerState: "poweredOn" }, { name: "x", powerState: "poweredOn" }),
    ["a", "Warning", /VM b/],
    ["b", "Warning", /VM a/],
  ),
  silent(
    "two VMs of one name in two projects",
    onTwoTargets({ name: "x", powerState: "poweredOn" }, { name: "x", powerState: "poweredOn" }, { projectId: "p2" }),
  ),
]);
