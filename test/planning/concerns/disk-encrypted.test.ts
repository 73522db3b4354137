import { diskWith, finds, one, testRule } from "./cases.ts";

testRule("disk.encrypted", [
  finds("an encrypted disk", one(diskWith({ encrypted: true })), ["web01", "Critical", /disk 2000/]),
]);
