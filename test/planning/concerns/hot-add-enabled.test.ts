import { finds, one, silent, testRule } from "./cases.ts";

testRule("hot-add.enabled", [
  finds("hot add of both", one({ cpuHotAdd: true, memoryHotAdd: true }), [
    "web01",
    "Information",
    /hot add of CPU and memory/,
  ]),
  finds("hot add of one", one({ cpuHotAdd: false, memoryHotAdd: true }), ["web01", "Information", /hot add of memory/]),
  silent("neither", one({ cpuHotAdd: false, memoryHotAdd: null })),
]);
