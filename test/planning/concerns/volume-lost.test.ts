import { offer } from "../fixtures.ts";
import { finds, one, silent, testRule, volume } from "./cases.ts";

testRule("volume.lost", [
  finds(
    "a VM on another target than its volumes",
    {
      ...one({}, { target: "other" }, {}, { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } }),
      offers: new Map([
        ["lab", offer({ volumes: [volume("web01-disk-2000")] })],
        ["other", offer()],
      ]),
    },
    ["web01", "Critical", /web01-disk-2000 is on target lab, the file says other: going on would delete it/],
  ),
  silent("a volume that two targets show, because they are one project", {
    ...one({}, {}, {}, { targets: { lab: { cloud: "lab" }, other: { cloud: "other" } } }),
    offers: new Map([
      ["lab", offer({ volumes: [volume("web01-disk-2000")] })],
      ["other", offer({ volumes: [volume("web01-disk-2000")] })],
    ]),
  }),
  finds("a volume whose disk left the file", one({}, {}, { volumes: [volume("web01-disk-2001")] }), [
    "web01",
    "Critical",
    /web01-disk-2001 is there, but the file has no such disk/,
  ]),
]);
