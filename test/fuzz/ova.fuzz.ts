import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { packageFindings } from "../../inventory/readers/ova.ts";
import { packageOf } from "../../inventory/readers/ovf-package.ts";
import { tarIndex, TarError } from "../../inventory/readers/tar-index.ts";
import { sparseVmdk } from "../inventory/sparse-vmdk.ts";
import type { Fuzz } from "./fuzz.ts";
import { assertFindings, collected, damage, damaged, damagedBytes } from "./hostile.ts";

const ovf = readFileSync(new URL("../inventory/ova/two-systems.ovf", import.meta.url), "utf8");
const MIB = 2 ** 20;

/** A member of a ustar archive. */
function member(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name.slice(0, 99), 0, "utf8");
  header.write(`${content.length.toString(8).padStart(11, "0")} `, 124, "latin1");
  header.write("        0", 148, "latin1");
  header.write("ustar\u000000", 257, "latin1");
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

const digest = (content: Buffer): string => createHash("sha256").update(content).digest("hex");

export const fuzz: Fuzz = {
  name: "ova",
  runs: 15_000,
  property: () =>
    fc.asyncProperty(damage, damage, fc.boolean(), async (inText, inArchive, withManifest) => {
      const text = Buffer.from(damaged(ovf, inText));
      const [app, db] = [sparseVmdk(8 * MIB), sparseVmdk(16 * MIB)];
      const manifest = `SHA256(shop.ovf)= ${digest(text)}\nSHA256(app.vmdk)= ${digest(app)}\nSHA256(db.vmdk)= ${digest(db)}\n`;
      const whole = Buffer.concat([
        ...[member("shop.ovf", text), ...(withManifest ? [member("shop.mf", Buffer.from(manifest))] : [])],
        ...[member("app.vmdk", app), member("db.vmdk", db), Buffer.alloc(1024)],
      ]);
      const archive = damagedBytes(whole, inArchive);
      const bytes = {
        size: archive.length,
        usedBytes: null,
        read: (at: number, length: number) => {
          assert.ok(at >= 0 && at <= archive.length && length >= 0 && length <= 16 << 20, `${length} at ${at}`);
          return Promise.resolve(archive.subarray(at, at + length));
        },
      };
      let found;
      try {
        const pack = packageOf("/ds/shop.ova", await tarIndex(bytes.read, archive.length), (use) => use(bytes));
        found = await collected(packageFindings(pack, { datastore: "ds", datastoreFolder: "/ds" }));
      } catch (error) {
        // What readPackage makes a fault of: nothing else may come out of an archive.
        assert.ok(
          error instanceof TarError || (error instanceof Error && /^it holds/.test(error.message)),
          String(error),
        );
        return;
      }
      assertFindings(found);
      const vms = found.flatMap((one) => ("vm" in one ? [one.vm] : []));
      if (inText.length === 0 && inArchive.length === 0)
        assert.deepEqual(
          vms.map(({ name, memoryMiB, disks }) => [name, memoryMiB, disks[0]?.capacityBytes]),
          [
            ["app", 2048, 8 * MIB],
            ["db", 4096, 16 * MIB],
          ],
        );
      // Where a manifest is in force, damage to the archive never changes what a VM is.
      if (withManifest && inText.length === 0 && found.every((one) => !("note" in one)))
        for (const { name, memoryMiB } of vms) assert.equal(memoryMiB, name === "app" ? 2048 : 4096);
    }),
};
