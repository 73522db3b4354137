import { disk } from "../fixtures.ts";
import { atSource } from "../live.ts";
import { begunWeb, finds, one, silent, testRule } from "./cases.ts";

const running = { powerState: "poweredOn" };
const off = { powerState: "poweredOff" };

testRule("source.changed", [
  finds("another memory", atSource(one({}), { memoryMiB: 8192 }), [
    "web01",
    "Warning",
    /memory \(MiB\): 4096 -> 8192: read the inventory again/,
  ]),
  finds("another host", atSource(one({ esxiHost: "esx1" }), { esxiHost: "esx2" }), [
    "web01",
    "Information",
    /^ESXi host: esx1 -> esx2$/,
  ]),
  finds("a VM that was switched off", atSource(one(running), off), [
    "web01",
    "Warning",
    /power: poweredOn -> poweredOff/,
  ]),
  silent("one that its own migration switched off", atSource(one(running, {}, begunWeb), off)),
  silent("what would be copied", atSource(one({}), { disks: [disk(2000), disk(2001)] })),
]);
