import { finds, one, silent, testRule } from "./cases.ts";

testRule("instant.import", [
  finds("a VM that is to boot before it is copied", one({ powerState: "poweredOn" }, { instant: true }), [
    "web01",
    "Warning",
    /source's outage .* is the guest's outage.* no way back that keeps .* gives the source back as it was at cutover/,
  ]),
  silent("a VM that is copied first", one({ powerState: "poweredOn" }, { instant: false })),
  silent("a VM of which the plan says nothing", one({ powerState: "poweredOn" })),
]);
