import { diskWith, finds, one, testRule } from "./cases.ts";

testRule("disk.mode", [
  finds("an independent disk", one(diskWith({ mode: "independent_persistent" })), ["web01", "Warning", /independent/]),
  finds("a redo log", one(diskWith({ mode: "undoable" })), ["web01", "Critical", /redo log/]),
]);
