import { atSource } from "../live.ts";
import { finds, one, silent, testRule } from "./cases.ts";

testRule("source.unread", [
  finds(
    "a source that does not answer",
    {
      ...one({}),
      live: { vms: new Map(), unread: [{ server: "vc.example", reason: "no answer within 10 s", vms: ["web01"] }] },
    },
    [null, "Warning", /vc\.example: no answer within 10 s; the estate's facts count for 1 VM/],
  ),
  silent("one that does", atSource(one({}), {})),
]);
