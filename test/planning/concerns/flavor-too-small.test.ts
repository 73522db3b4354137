import { finds, one, silent, testRule } from "./cases.ts";

testRule("flavor.too-small", [
  finds("a named flavor that is too small", one({}, { flavor: "m1.small" }), [
    "web01",
    "Critical",
    /m1\.small 1 x 2048 MiB is less than the VM's 2 x 4096/,
  ]),
  silent("a named flavor that covers", one({}, { flavor: "m1.large" })),
]);
