import { finds, one, testRule } from "./cases.ts";

testRule("vm.running", [
  finds("a running VM", one({ powerState: "poweredOn" }), ["web01", "Warning", /shut its guest down/]),
]);
