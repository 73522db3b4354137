import { disk, volumeType } from "../fixtures.ts";
import { diskWith, finds, one, silent, testRule } from "./cases.ts";

const types = (multiattach: boolean | null) => ({
  volumeTypes: [volumeType("1", "ceph", { multiattach }), volumeType("2", "shared", { multiattach: true })],
});
const ofTwo = diskWith({ sharedWith: ["db02"] });

testRule("disk.no-multiattach", [
  finds("a disk of several VMs on a type of one server", one(ofTwo, {}, types(false)), [
    "web01",
    "Critical",
    /disk 2000 is shared, and volume type ceph is not multiattach: .*"2000": \{volumeType: \.\.\.\}\}\): shared$/,
  ]),
  finds(
    "a disk of a shared bus",
    one(
      diskWith({ controller: { key: 1, bus: "scsi", busNumber: 1, model: null, sharedBus: "physical" } }),
      {},
      { volumeTypes: [volumeType("1", "ceph")] },
    ),
    ["web01", "Critical", /this project has none, ask for one/],
  ),
  finds("what an older Cinder does not show to members", one(ofTwo, {}, types(null)), [
    "web01",
    "Warning",
    /whether volume type ceph is multiattach is not shown/,
  ]),
  silent("a multiattach type", one(ofTwo, { volumeType: "shared" }, types(false))),
  silent(
    "the other disks of the VM",
    one(
      { disks: [disk(2000, { bootOrder: 0 }), disk(2001, { sharedWith: ["db02"] })] },
      { disks: { "2001": { volumeType: "shared" } } },
      types(false),
    ),
  ),
]);
