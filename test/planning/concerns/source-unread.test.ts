import { finds, one, silent, testRule } from "./cases.ts";

const unread = (vms: readonly string[]) => ({
  vms: new Map(),
  unread: [{ server: "vc\n1", reason: "no answer", vms }],
});

testRule("source.unread", [
  finds("a source that does not answer", { ...one({}), live: unread(["web01"]) }, [
    null,
    "Warning",
    /^vc\\u\{a\}1: no answer; the estate's facts count for 1 VM/,
  ]),
  finds("a plugin that does not", { ...one({}), live: unread([]) }, [null, "Warning", /what the reader found counts$/]),
  silent("a wave whose sources are not asked", one({})),
]);
