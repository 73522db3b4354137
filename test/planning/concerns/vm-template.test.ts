import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.template", [
  finds("a template", one({ template: true }), ["web01", "Information", /becomes an image, not a server/]),
  silent("a VM", one({})),
]);
