import { finds, one, silent, testRule } from "./cases.ts";

testRule("zone.unknown", [
  finds("an unknown zone", one({}, { availabilityZone: "moon" }), ["web01", "Critical", /zone moon .* one of nova/]),
  silent("a known zone", one({}, { availabilityZone: "nova" })),
]);
