import { diskWith, finds, one, testRule } from "./cases.ts";

testRule("disk.rdm", [
  finds("an RDM", one(diskWith({ rdm: "physical" })), ["web01", "Critical", /disk 2000 is a physical RDM/]),
]);
