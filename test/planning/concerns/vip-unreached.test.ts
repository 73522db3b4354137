import { finds, onFlat, one, testRule } from "./cases.ts";

testRule("vip.unreached", [
  finds("a cluster address in none of its subnets", one({ ...onFlat, vips: ["10.99.0.1", "10.20.0.100"] }), [
    "web01",
    "Critical",
    /cluster address 10\.99\.0\.1/,
  ]),
]);
