import type { DiskFormat } from "../schema/estate.ts";
import { withImageFile, type ImageBytes } from "./image-bytes.ts";
import { vmdkFacts, type VmdkFacts } from "./vmdk-size.ts";

const QCOW2_MAGIC = "QFI\u00fb";
const VHD_FOOTER = "conectix";
const VDI_SIGNATURE = 0xbeda107f;

/**
 * Size and parent of a disk image, read from its header by the format that the source names (never probed: a raw disk may
 * begin like any other format).
 * @throws an error whose message says why the file is not of that format
 */
export function readImageFacts(path: string, format: DiskFormat): Promise<VmdkFacts> {
  return withImageFile(path, (bytes) => imageFacts(bytes, format));
}

/** The same of an image that is open. */
export async function imageFacts(bytes: ImageBytes, format: DiskFormat): Promise<VmdkFacts> {
  const { size, usedBytes } = bytes;
  const read = async (offset: number, length: number): Promise<Buffer> => {
    const found = await bytes.read(offset, length);
    if (found.length < length) throw new Error(`it is cut off: ${size} bytes`);
    return found;
  };
  const plain = (capacityBytes: number, parentFile: string | null = null, encrypted = false): VmdkFacts => ({
    capacityBytes,
    parentFile,
    encrypted,
    usedBytes,
  });
  switch (format) {
    case "vmdk":
      return vmdkFacts(bytes);
    case "raw":
      return plain(size);
    case "qcow2": {
      // https://www.qemu.org/docs/master/interop/qcow2.html: backing file at 8 and 16, crypt_method at 32
      const header = await read(0, 72);
      if (header.subarray(0, 4).toString("latin1") !== QCOW2_MAGIC) throw new Error("it is not a qcow2 file");
      const backingAt = Number(header.readBigUInt64BE(8));
      const length = Math.min(header.readUInt32BE(16), 1023);
      const backing = backingAt === 0 ? null : (await read(backingAt, length)).toString("utf8");
      return plain(Number(header.readBigUInt64BE(24)), backing, header.readUInt32BE(32) !== 0);
    }
    case "vdi": {
      const header = await read(0, 512);
      if (header.readUInt32LE(64) !== VDI_SIGNATURE) throw new Error("it is not a VDI file");
      // VirtualBox's header 1.1: image type at 76 (4 is a difference), disk size at 368
      const isDifference = header.readUInt32LE(76) === 4;
      return plain(Number(header.readBigUInt64LE(368)), isDifference ? "another VDI" : null);
    }
    case "vhd": {
      const footer = await read(Math.max(0, size - 512), 512);
      if (footer.subarray(0, 8).toString("latin1") !== VHD_FOOTER) throw new Error("it has no VHD footer");
      // Microsoft's VHD specification: current size at 48, disk type at 60 (4 is differencing)
      return plain(Number(footer.readBigUInt64BE(48)), footer.readUInt32BE(60) === 4 ? "another VHD" : null);
    }
    case "vhdx":
      throw new Error("the size of a VHDX is read by the Hyper-V export, not from the file");
  }
}
