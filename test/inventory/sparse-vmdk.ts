/** The head of a stream-optimized VMDK of this size, as qemu-img and ESXi write it: all that a reader of facts looks at. */
export function sparseVmdk(capacityBytes: number): Buffer {
  const descriptor = [
    "# Disk DescriptorFile",
    "version=1",
    "CID=12345678",
    "parentCID=ffffffff",
    'createType="streamOptimized"',
    `RW ${capacityBytes / 512} SPARSE "disk.vmdk"`,
  ].join("\n");
  const bytes = Buffer.alloc(2048);
  bytes.write("KDMV", 0, "latin1");
  bytes.writeUInt32LE(3, 4); // version
  bytes.writeUInt32LE(0x30001, 8); // compressed, with markers
  bytes.writeBigUInt64LE(BigInt(capacityBytes / 512), 12);
  bytes.writeBigUInt64LE(128n, 20); // grain
  bytes.writeBigUInt64LE(1n, 28); // descriptor at sector 1
  bytes.writeBigUInt64LE(2n, 36); // and of two sectors
  bytes.write(descriptor, 512, "latin1");
  return bytes;
}
