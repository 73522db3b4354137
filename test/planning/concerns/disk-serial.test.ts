import { finds, one, silent, testRule } from "./cases.ts";

testRule("disk.serial", [
  finds("visible UUIDs", one({ diskUuidVisible: true }), ["web01", "Information", /disk\.EnableUUID is on/]),
  silent("hidden UUIDs", one({ diskUuidVisible: false })),
]);
