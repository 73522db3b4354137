const bytesPerGiB = 2 ** 30;

/**
 * Size of the volume in GiB for a disk of so many bytes: rounded up, at least 1 (Cinder's unit). Rounding down would
 * cut the disk's end off.
 */
export function volumeSizeGiB(capacityBytes: number): number {
  return Math.max(1, Math.ceil(capacityBytes / bytesPerGiB));
}
