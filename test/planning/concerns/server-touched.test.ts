import { planWave } from "../../../planning/plan-wave.ts";
import { begunWeb, finds, one, testRule } from "./cases.ts";

testRule("server.touched", [
  finds(
    "a server that the plan takes away",
    { ...one({}, { boot: false }, begunWeb), previous: planWave(one({ powerState: "poweredOn" })).file },
    ["web01", "Warning", /up DELETES the server \(boot: false in the plan\)/],
  ),
]);
