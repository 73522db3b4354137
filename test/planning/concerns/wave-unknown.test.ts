import { finds, one, testRule } from "./cases.ts";

testRule("wave.unknown", [
  finds("a wave that is not in the plan", { ...one({}), wave: "wave7" }, [null, "Critical", /its waves: wave1/]),
]);
