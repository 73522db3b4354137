import { atSource } from "../live.ts";
import { begunWeb, finds, one, silent, testRule } from "./cases.ts";

testRule("source.changed", [
  finds("another memory at the source", atSource(one({}), { memoryMiB: 8192 }), [
    "web01",
    "Warning",
    /memory \(MiB\): 4096 -> 8192: read the inventory again/,
  ]),
  silent(
    "a VM that its own migration switched off",
    atSource(one({ powerState: "poweredOn" }, {}, begunWeb), { powerState: "poweredOff" }),
  ),
]);
