import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.connection", [
  finds("an orphaned VM", one({ connectionState: "orphaned" }), [
    "web01",
    "Critical",
    /orphaned, expected connected: register/,
  ]),
  finds("a VM of a host that is away", one({ connectionState: "disconnected" }), [
    "web01",
    "Warning",
    /the facts are old/,
  ]),
  silent("a connected VM", one({ connectionState: "connected" })),
]);
