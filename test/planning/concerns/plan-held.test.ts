import { planWave } from "../../../planning/plan-wave.ts";
import { begunWeb, finds, one, testRule } from "./cases.ts";

testRule("plan.held", [
  finds(
    "a fact that a VM which has begun does not follow",
    { ...one({ memoryMiB: 8000 }, {}, begunWeb), previous: planWave(one({})).file },
    ["web01", "Information", /flavor stays m1\.medium.*m1\.large.*wavelift plan wave1 --vm web01/],
  ),
]);
