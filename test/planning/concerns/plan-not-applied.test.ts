import { planWave } from "../../../planning/plan-wave.ts";
import { begunWeb, finds, one, silent, testRule } from "./cases.ts";

testRule("plan.not-applied", [
  finds(
    "an edit that a VM which has begun cannot take",
    { ...one({}, { generation: 2 }, begunWeb), previous: planWave(one({})).file },
    ["web01", "Warning", /generation: 1 -> 2: is not applied, web01 has begun.*phase: absent/],
  ),
  silent("an edit before it has begun", {
    ...one({}, { generation: 2 }),
    previous: planWave(one({})).file,
  }),
]);
