import { atSource } from "../live.ts";
import { finds, one, silent, testRule } from "./cases.ts";

testRule("source.gone", [
  finds("a VM that its source does not know", atSource(one({}), null), ["web01", "Critical", /no VM with the id/]),
  silent("one that it knows", atSource(one({}), {})),
  silent("one that was not asked for", one({})),
]);
