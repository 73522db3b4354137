import assert from "node:assert/strict";
import fc from "fast-check";
import { insideByName } from "../../inventory/readers/inside-folder.ts";
import { vmxFindings } from "../../inventory/readers/vmx.ts";
import type { Fuzz } from "./fuzz.ts";
import { assertFindings, collected, damage, damaged, hostileText } from "./hostile.ts";

const facts = fc.record({
  name: fc.oneof(fc.constantFrom("web01", "db 02"), hostileText),
  cpus: fc.integer({ min: 1, max: 64 }),
  memory: fc.integer({ min: 4, max: 1_000_000 }),
  disks: fc.uniqueArray(fc.nat(15), { maxLength: 4 }),
  damage,
});

/** As VMware writes them: what would end the value as |22 and so on. */
const quoted = (text: string): string =>
  text.replace(/["|\p{Cc}\u2028]/gu, (one) =>
    one.charCodeAt(0) < 256 ? `|${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}` : "",
  );

const inside = (folder: string, file: string) => Promise.resolve(insideByName(folder, file));

export const fuzz: Fuzz = {
  name: "vmx",
  runs: 12_000,
  property: () =>
    fc.asyncProperty(facts, async ({ name, cpus, memory, disks, damage: all }) => {
      const lines = [
        ...[
          `displayName = "${quoted(name)}"`,
          `numvcpus = "${cpus}"`,
          `memSize = "${memory}"`,
          'guestOS = "debian12-64"',
        ],
        ...disks.flatMap((unit) => [
          `scsi0:${unit}.present = "TRUE"`,
          `scsi0:${unit}.fileName = "disk${unit}.vmdk"`,
          `scsi0:${unit}.deviceType = "scsi-hardDisk"`,
        ]),
        ...['ethernet0.present = "TRUE"', 'ethernet0.generatedAddress = "00:50:56:00:00:01"'],
      ];
      const asked: string[] = [];
      const found = await collected(
        vmxFindings(
          "/ds/vm/a.vmx",
          damaged(lines.join("\n"), all),
          { datastore: "ds", datastoreFolder: "/ds" },
          {
            inside,
            image: (file) => {
              asked.push(file);
              return Promise.resolve({ capacityBytes: 512, parentFile: null, encrypted: false, usedBytes: null });
            },
            snapshots: damaged('snapshot.numSnapshots = "1"\nsnapshot0.uid = "1"\nsnapshot0.displayName = "s"', all),
          },
        ),
      );
      assertFindings(found);
      for (const file of asked) assert.ok(file.startsWith("/ds/"), file);
      const [first] = found;
      if (all.length === 0) {
        assert.ok(first !== undefined && "vm" in first);
        assert.deepEqual([first.vm.cpus, first.vm.memoryMiB, first.vm.disks.length], [cpus, memory, disks.length]);
      }
    }),
};
