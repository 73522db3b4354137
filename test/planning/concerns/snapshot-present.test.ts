import { finds, one, testRule } from "./cases.ts";

testRule("snapshot.present", [
  finds("a snapshot", one({ snapshots: [{ id: "1", name: "before\nupgrade" }] }), [
    "web01",
    "Critical",
    /1 snapshots \(before\\u\{a\}upgrade\)/,
  ]),
]);
