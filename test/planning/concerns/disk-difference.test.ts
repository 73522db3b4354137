import { diskWith, finds, one, silent, testRule } from "./cases.ts";

testRule("disk.difference", [
  finds("a snapshot's file", one(diskWith({ file: "vm/vm-000001.vmdk", parentFile: "vm.vmdk" })), [
    "web01",
    "Critical",
    /vm\/vm-000001\.vmdk\) is only a difference to vm\.vmdk.*consolidate/,
  ]),
  finds(
    "a differencing disk of Hyper-V",
    one({ source: { kind: "hyperv", id: "1" }, ...diskWith({ format: "vhdx", parentFile: "base.vhdx" }) }),
    ["web01", "Critical", /merge its checkpoints/],
  ),
  silent("a whole disk", one(diskWith({ parentFile: null }))),
]);
