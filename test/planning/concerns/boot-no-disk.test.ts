import { finds, one, testRule } from "./cases.ts";

testRule("boot.no-disk", [finds("a VM without disks", one({ disks: [] }), ["web01", "Critical", /no disk/])]);
