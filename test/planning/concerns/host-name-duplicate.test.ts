import { finds, several, silent, testRule } from "./cases.ts";

testRule("host-name.duplicate", [
  finds(
    "two VMs of one host name, in any case",
    several({ a: { hostName: "db.corp" }, b: { hostName: "DB.corp" }, c: { hostName: "other" } }),
    ["a", "Information", /db\.corp is also the host name of b:/],
    ["b", "Information", /of a:/],
  ),
  silent(
    "names that are none, and templates",
    several({
      a: { hostName: "localhost.localdomain" },
      b: { hostName: "localhost.localdomain" },
      c: { hostName: null },
      d: { hostName: null },
      e: { hostName: "x", template: true },
      f: { hostName: "x" },
    }),
  ),
]);
