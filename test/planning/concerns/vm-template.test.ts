import { finds, one, testRule } from "./cases.ts";

testRule("vm.template", [finds("a template", one({ template: true }), ["web01", "Critical", /template/])]);
