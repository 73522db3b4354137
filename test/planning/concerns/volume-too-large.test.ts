import { quota } from "../fixtures.ts";
import { finds, one, silent, testRule, volume } from "./cases.ts";

const largest = (perVolumeGiB: number | null) => ({ quota: quota({ perVolumeGiB }) });

testRule("volume.too-large", [
  finds("a disk over the quota of one volume", one({}, {}, largest(9)), [
    "web01",
    "Critical",
    /disk 2000 needs a volume of 10 GiB, a volume of target lab may have 9/,
  ]),
  silent("a disk of just that size", one({}, {}, largest(10))),
  silent("no limit", one({}, {}, largest(null))),
  silent("a volume that is there", one({}, {}, { ...largest(9), volumes: [volume("web01-disk-2000")] })),
]);
