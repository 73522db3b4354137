import { finds, one, testRule } from "./cases.ts";

testRule("vm.tpm", [finds("a vTPM", one({ tpm: true }), ["web01", "Warning", /recovery keys/])]);
