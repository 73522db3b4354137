import { quota } from "../fixtures.ts";
import { begunWeb, finds, one, silent, testRule } from "./cases.ts";

const on = { powerState: "poweredOn" };
const items = (metadataItems: number | null) => ({ quota: quota({ metadataItems }) });

testRule("quota.metadata", [
  finds("fewer items than the mark has", one(on, {}, items(3)), [
    null,
    "Critical",
    /target lab: a server may have 3 metadata items, 4 are needed/,
  ]),
  silent("as many as are needed", one(on, {}, items(4))),
  silent("no limit", one(on, {}, items(null))),
  silent("a VM that gets no server", one({}, {}, items(3))),
  silent("a server that is there", one(on, {}, { ...items(3), ...begunWeb })),
]);
