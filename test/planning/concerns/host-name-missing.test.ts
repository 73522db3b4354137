import { finds, one, testRule } from "./cases.ts";

testRule("host-name.missing", [
  finds("no host name", one({ hostName: null }), ["web01", "Information", /no host name/]),
  finds("no real host name", one({ hostName: "localhost.localdomain" }), ["web01", "Information", /localhost/]),
]);
