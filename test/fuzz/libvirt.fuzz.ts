import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { insideByName } from "../../inventory/readers/inside-folder.ts";
import { libvirtFindings } from "../../inventory/readers/libvirt.ts";
import type { Fuzz } from "./fuzz.ts";
import { assertFindings, collected, damage, damaged } from "./hostile.ts";

const sample = readFileSync(new URL("../inventory/libvirt/db01.xml", import.meta.url), "utf8").replace(
  /<disk type='block'[^]*?<\/disk>/,
  "",
);
const options = { datastore: "kvm", datastoreFolder: "/var/lib/libvirt/images" };

export const fuzz: Fuzz = {
  name: "libvirt",
  runs: 15_000,
  property: () =>
    fc.asyncProperty(damage, async (all) => {
      const asked: string[] = [];
      const found = await collected(
        libvirtFindings("/etc/libvirt/a.xml", damaged(sample, all), options, {
          inside: (folder, file) => Promise.resolve(insideByName(folder, file)),
          image: (file) => {
            asked.push(file);
            return Promise.resolve({ capacityBytes: 512, parentFile: null, encrypted: false, usedBytes: null });
          },
        }),
      );
      assertFindings(found);
      for (const file of asked) assert.ok(file.startsWith("/var/lib/libvirt/images/"), file);
      const [first] = found;
      if (all.length === 0) assert.ok(first !== undefined && "vm" in first && first.vm.disks.length === 2);
    }),
};
