import { volumeType } from "../fixtures.ts";
import { finds, one, silent, testRule, volume } from "./cases.ts";

const az2 = { availabilityZone: "az2" };
const zones = (...volumeZones: string[]) => ({ availabilityZones: ["az1", "az2"], volumeZones });
const limited = { volumeTypes: [volumeType("1", "ceph", { zones: ["az1"] })] };

testRule("zone.volume", [
  finds("a zone of servers that Cinder does not have", one({}, az2, zones("nova")), [
    "web01",
    "Critical",
    /Cinder of target lab has no zone az2 for volumes, only nova: /,
  ]),
  finds("a volume type that is limited to other zones", one({}, az2, { ...zones("az1", "az2"), ...limited }), [
    "web01",
    "Critical",
    /volume type ceph of disk 2000 is limited to az1, the server is to be in az2/,
  ]),
  silent("a zone that both have", one({}, az2, zones("az1", "az2"))),
  silent("zones of volumes that are not told", one({}, az2, { ...zones(), volumeZones: null })),
  silent(
    "volumes that are there",
    one({}, az2, { ...zones("nova"), ...limited, volumes: [volume("web01-disk-2000")] }),
  ),
  silent("a VM that names no zone", one({}, {}, zones("nova"))),
]);
