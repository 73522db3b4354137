import { planWave } from "../../../planning/plan-wave.ts";
import { finds, one, testRule } from "./cases.ts";

testRule("vm.kept", [
  finds("an entry of the previous wave file", { ...one({}, {}, { flavors: [] }), previous: planWave(one({})).file }, [
    "web01",
    "Information",
    /as it was decided before/,
  ]),
]);
