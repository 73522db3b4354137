import { finds, several, silent, testRule, volume } from "./cases.ts";

testRule("vm.dropped", [
  finds(
    "a VM that has begun and left the plan",
    several({ web01: {} }, {}, { volumes: [volume("db-disk-2000"), volume("web01-disk-2000")] }),
    ["db", "Critical", /set phase: absent instead/],
  ),
  silent("a VM of another stack", several({ web01: {} }, {}, { volumes: [volume("db-disk-2000", "wavelift/x")] })),
]);
