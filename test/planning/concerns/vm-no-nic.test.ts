import { finds, onFlat, one, silent, testRule } from "./cases.ts";

testRule("vm.no-nic", [
  finds("a VM without NIC", one({ nics: [] }), ["web01", "Information", /check of kind console/]),
  silent("a NIC", one(onFlat)),
]);
