import { diskWith, finds, one, silent, testRule } from "./cases.ts";

testRule("disk.archive", [
  finds("a disk inside an .ova", one(diskWith({ file: "app/web.ova", member: "web-disk1.vmdk" })), [
    "web01",
    "Critical",
    /disk 2000 is web-disk1\.vmdk inside app\/web\.ova/,
  ]),
  silent("a disk in a file of its own", one(diskWith({ member: null }))),
]);
