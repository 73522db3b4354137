import { planWave } from "../../../planning/plan-wave.ts";
import { begunWeb, finds, one, silent, testRule } from "./cases.ts";

testRule("plan.not-applied", [
  finds(
    "an edit that a VM which has begun cannot take",
    { ...one({}, { generation: 2 }, begunWeb), previous: planWave(one({})).file },
    ["web01", "Warning", /generation: 1 -> 2: is not applied, web01 has begun.*phase: absent/],
  ),
  finds(
    "a target that names another cloud than the one that the wave is on",
    one({}, {}, { cloud: "lab" }, { targets: { lab: { cloud: "moved" } } }),
    [null, "Warning", /target lab: cloud lab -> moved: is not applied/],
  ),
  silent("an edit before it has begun", {
    ...one({}, { generation: 2 }),
    previous: planWave(one({})).file,
  }),
]);
