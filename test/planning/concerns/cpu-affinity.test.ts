import { finds, one, silent, testRule } from "./cases.ts";

testRule("cpu.affinity", [
  finds("a pinned VM", one({ cpuAffinity: true }), ["web01", "Warning", /hw:cpu_policy=dedicated/]),
  silent("one that is not", one({ cpuAffinity: false })),
]);
