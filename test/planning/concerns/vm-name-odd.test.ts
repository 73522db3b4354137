import { finds, one, silent, testRule } from "./cases.ts";

testRule("vm.name-odd", [
  finds("a name with spaces", one({ name: "Web Server (01)" }), [
    "web01",
    "Information",
    /Web Server \(01\) is no host name/,
  ]),
  finds("a name that turns lines round", one({ name: "a\u202eb" }), ["web01", "Information", /a\\u\{202e\}b/]),
  finds("a name that is too long", one({ name: "x".repeat(64) }), ["web01", "Information", /at most 63/]),
  silent("a host name", one({ name: "WEB-01" })),
]);
