import { finds, one, silent, testRule } from "./cases.ts";

testRule("guest-disk.unknown", [
  finds("tools that tell of no file system", one({ guestDisks: [] }), [
    "web01",
    "Information",
    /tell of no file system/,
  ]),
  silent("tools that do not run", one({ guestDisks: [], toolsState: "unknown" })),
]);
