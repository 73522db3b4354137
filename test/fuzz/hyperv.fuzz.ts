import assert from "node:assert/strict";
import fc from "fast-check";
import { hypervFindings } from "../../inventory/readers/hyperv.ts";
import type { Fuzz } from "./fuzz.ts";
import { assertFindings, collected, damage, damagedBytes, hostileText } from "./hostile.ts";

const disk = fc.record({
  ControllerType: fc.constantFrom<unknown>("SCSI", "IDE", 0, 1),
  ControllerNumber: fc.nat(1),
  ControllerLocation: fc.nat(1),
  Path: fc.oneof(fc.constant("C:\\ClusterStorage\\V1\\a.vhdx"), hostileText),
  VhdFormat: fc.constantFrom<unknown>("VHDX", "VHD", 3, null),
  VhdType: fc.constantFrom<unknown>("Dynamic", 4, null),
  Size: fc.constantFrom<unknown>(2 ** 30, 0, -1, 1.5, null),
});
const vm = fc.record({
  Id: fc.constantFrom("1", "2", "3"),
  Name: fc.oneof(fc.constant("web01"), hostileText),
  State: fc.constantFrom<unknown>("Running", "Off", 6, 32779, "?"),
  Generation: fc.constantFrom<unknown>(1, 2, 3),
  ProcessorCount: fc.constantFrom<unknown>(1, 4, 0, "4"),
  MemoryStartup: fc.constantFrom<unknown>(2 ** 30, 1, -1),
  Host: fc.oneof(fc.constant("HV1"), hostileText),
  HardDisks: fc.oneof(disk, fc.array(disk, { maxLength: 3 })),
  NetworkAdapters: fc.record({
    MacAddress: hostileText,
    SwitchName: hostileText,
    IPAddresses: fc.array(hostileText, { maxLength: 2 }),
  }),
});

export const fuzz: Fuzz = {
  name: "hyperv",
  runs: 20_000,
  property: () =>
    fc.asyncProperty(fc.array(vm, { maxLength: 3 }), damage, async (vms, all) => {
      const content = damagedBytes(Buffer.from(JSON.stringify({ version: 1, vms })), all);
      const found = await collected(hypervFindings("vms.json", content));
      assertFindings(found);
      const ids = found.flatMap((one) => ("vm" in one ? [one.vm.source.id] : []));
      assert.equal(new Set(ids).size, ids.length);
      // Undamaged, every VM is either taken or has a fault.
      if (all.length === 0 && vms.length > 0) assert.ok(found.length > 0);
    }),
};
