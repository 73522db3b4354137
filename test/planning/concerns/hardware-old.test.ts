import { finds, one, silent, testRule } from "./cases.ts";

testRule("hardware.old", [
  finds("hardware of ESX 3", one({ hardwareVersion: 4 }), ["web01", "Information", /version 4, expected 7 or later/]),
  silent("the first version with change tracking", one({ hardwareVersion: 7 })),
]);
