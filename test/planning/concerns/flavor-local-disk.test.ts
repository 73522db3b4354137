import { flavor } from "../fixtures.ts";
import { finds, one, silent, testRule } from "./cases.ts";

const flavors = (changes: object) => ({ flavors: [flavor("m1.medium", 2, 4096, changes)] });

testRule("flavor.local-disk", [
  finds("a flavor with disks on the host", one({}, {}, flavors({ ephemeralGiB: 20, swapMiB: 512 })), [
    "web01",
    "Warning",
    /m1\.medium 2 x 4096 adds an ephemeral disk of 20 GiB and a swap disk of 512 MiB/,
  ]),
  silent("a root disk, which a server that boots from a volume does not get", one({}, {}, flavors({ diskGiB: 40 }))),
]);
