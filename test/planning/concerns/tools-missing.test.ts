import { finds, one, silent, testRule } from "./cases.ts";

testRule("tools.missing", [
  finds("no tools", one({ toolsState: "notInstalled" }), ["web01", "Warning", /VMware Tools are not installed/]),
  finds(
    "integration services that do not run",
    one({ source: { kind: "hyperv", id: "1" }, powerState: "poweredOn", toolsState: "notRunning" }),
    ["web01", "Warning", /its integration services do not/],
  ),
  silent("a VM that is off, whose tools cannot run", one({ toolsState: "notRunning" })),
  silent("a source that cannot tell", one({ powerState: "poweredOn", toolsState: "unknown" })),
]);
