import { quota } from "../fixtures.ts";
import { finds, one, several, silent, testRule, volume } from "./cases.ts";

const hidden = { quota: quota({ typesKnown: false }) };

testRule("quota.unknown", [
  finds("that Cinder does not show quotas of types", several({ a: {}, b: {} }, {}, hidden), [
    null,
    "Information",
    /target lab: the wave still makes 2 volumes with 20 GiB of ceph;/,
  ]),
  silent("volumes that are there", one({}, {}, { ...hidden, volumes: [volume("web01-disk-2000")] })),
  silent("quotas that are shown", one({})),
]);
