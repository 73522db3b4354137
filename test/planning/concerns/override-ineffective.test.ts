import { finds, one, testRule, waive } from "./cases.ts";

testRule("override.ineffective", [
  finds(
    "overrides of unknown and of hard rules",
    one({ cpus: 64 }, { concerns: { "snapshot.presnt": waive(), "flavor.none": waive() } }),
    ["web01", "Warning", /flavor\.none cannot be changed/],
    ["web01", "Warning", /no rule snapshot\.presnt; did you mean snapshot\.present\?/],
  ),
]);
