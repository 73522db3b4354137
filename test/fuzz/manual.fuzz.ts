import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { manualFindings } from "../../inventory/readers/manual.ts";
import type { Fuzz } from "./fuzz.ts";
import { assertFindings, collected, damage, damaged, hostileText } from "./hostile.ts";

const vm = fc.record({
  name: fc.oneof(fc.constantFrom("a", "b"), hostileText),
  cpus: fc.constantFrom<unknown>(1, 8, 0, "x"),
  memory: fc.oneof<fc.Arbitrary<unknown>[]>(fc.constantFrom("1 GiB", "512 MiB", "1.5 GB"), hostileText),
  disks: fc.array(
    fc.record({
      file: fc.oneof(fc.constantFrom("a.raw", "b/c.raw"), hostileText),
      datastore: fc.constant("other"),
      size: fc.constant("1 GiB"),
      format: fc.constantFrom("raw", "vmdk", "vhdx"),
    }),
    { maxLength: 2 },
  ),
  nics: fc.array(fc.record({ network: hostileText, mac: fc.oneof(fc.constant("00:50:56:00:00:01"), hostileText) }), {
    maxLength: 2,
  }),
});
// Disks are of another datastore: none of its files is looked at.
const options = { datastore: "ds", datastoreFolder: "/nowhere" };

export const fuzz: Fuzz = {
  name: "manual",
  runs: 2000,
  property: () =>
    fc.asyncProperty(fc.array(vm, { minLength: 1, maxLength: 2 }), damage, async (vms, all) => {
      const text = damaged(stringify({ version: 1, vms }), all);
      const found = await collected(manualFindings("vms.yaml", text, options));
      assertFindings(found);
      if (all.length === 0) assert.ok(found.some((one) => "vm" in one || "fault" in one));
    }),
};
