import { closeSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeFileSync, writeSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DiskSource } from "../../../conversion/job.ts";
import { tool } from "./tools.ts";

export const MIB = 1024 * 1024;
/** No whole number of GiB, of slices of 16 MiB, nor of RBD's objects. */
export const CAPACITY = 69 * MIB + 512 * 3;

/** A datastore of its own. */
export function makeDatastore(): { folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "wavelift-ds-"));
  return {
    folder,
    remove: () => {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * A raw disk with data at its start, its end and in between, and holes. Its first sector poses as a QCOW2 with a backing
 * file: whoever probes formats instead of being told falls for it.
 */
export function makeRaw(path: string, capacityBytes = CAPACITY): string {
  writeFileSync(path, "");
  truncateSync(path, capacityBytes);
  const file = openSync(path, "r+");
  const posing = Buffer.alloc(512);
  posing.write("QFI\xfb", 0, "latin1");
  posing.writeUInt32BE(3, 4);
  posing.writeBigUInt64BE(104n, 8);
  posing.writeUInt32BE(11, 16);
  posing.write("/etc/passwd", 104);
  writeSync(file, posing, 0, 512, 0);
  for (const [offset, length] of [
    [512, 300_000],
    [15 * MIB, 3 * MIB],
    [33 * MIB + 4096, 65_536],
    [48 * MIB, 5 * MIB],
    [capacityBytes - 70_000, 70_000],
  ] as const)
    writeSync(file, randomBytes(length), 0, length, offset);
  closeSync(file);
  return path;
}

/** A raw disk that holds data everywhere: each of its slices is copied by itself. */
export function makeFull(path: string, capacityBytes = CAPACITY): string {
  writeFileSync(path, randomBytes(capacityBytes));
  return path;
}

/** Converts a raw disk into a file of another format. @param options for example subformat=streamOptimized */
export function makeAs(raw: string, driver: string, path: string, options = ""): string {
  tool("qemu-img", "convert", "-f", "raw", "-O", driver, ...(options === "" ? [] : ["-o", options]), raw, path);
  return path;
}

/** A QCOW2 whose clusters are compressed. */
export function makeCompressed(raw: string, path: string): string {
  tool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", raw, path);
  return path;
}

/** An encrypted QCOW2. qemu-img measures how fast it computes, and gives up where the clock is too coarse for that: tried again. */
export function makeEncrypted(path: string): string {
  const options = ["--object", "secret,id=s,data=x", "-o", "encrypt.format=luks,encrypt.key-secret=s"];
  for (let left = 20; ; left -= 1)
    try {
      tool("qemu-img", "create", "-f", "qcow2", ...options, path, "1M");
      return path;
    } catch (error) {
      if (left === 0 || !/accurate CPU usage/.test(String(error))) throw error;
    }
}

/** An ESXi disk: a descriptor and its flat file, as on VMFS. @param flatName as the descriptor names it */
export function makeVmfs(raw: string, folder: string, name: string, flatName = `${name}-flat.vmdk`): string {
  tool("cp", "--sparse=always", "--", raw, join(folder, `${name}-flat.vmdk`));
  const path = join(folder, `${name}.vmdk`);
  writeFileSync(path, vmfsDescriptor(flatName, statSync(raw).size / 512));
  return path;
}

export const vmfsDescriptor = (flatName: string, sectors: number): string =>
  `# Disk DescriptorFile
version=1
encoding="UTF-8"
CID=fffffffe
parentCID=ffffffff
createType="vmfs"

# Extent description
RW ${sectors} VMFS "${flatName}"

# The Disk Data Base
#DDB

ddb.adapterType = "lsilogic"
ddb.virtualHWVersion = "19"
`;

/** A source inside the datastore `ds`. */
export const sourceOf = (file: string, format: DiskSource["format"], capacityBytes = CAPACITY): DiskSource => ({
  transport: "file",
  datastore: "ds",
  file,
  format,
  capacityBytes,
});
