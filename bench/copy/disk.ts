import { execFileSync } from "node:child_process";
import { createCipheriv } from "node:crypto";
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import path from "node:path";

/** The disk of the bench: so much of it holds data, in eight pieces with holes between them. */
export const DATA_GIB = 2;
const GIB = 1024 ** 3;
const CAPACITY_BYTES = 2 * DATA_GIB * GIB;
const PIECES = 8;
const STEP_BYTES = 1024 * 1024;

/** How the bench has the disk as files. */
export const formats = {
  raw: { file: "disk.raw", format: "raw", options: null },
  /** As much data, on a disk that is nearly empty. */
  sparse: { file: "sparse.raw", format: "raw", options: null },
  flat: { file: "flat.vmdk", format: "vmdk", options: "subformat=monolithicFlat" },
  streamOptimized: { file: "stream.vmdk", format: "vmdk", options: "subformat=streamOptimized" },
  split: { file: "split.vmdk", format: "vmdk", options: "subformat=twoGbMaxExtentSparse" },
} as const;
export type FileFormat = keyof typeof formats;
export const capacityOf = (name: FileFormat): number => (name === "sparse" ? 100 * GIB : CAPACITY_BYTES);

/**
 * Makes the disk in each format, where it is not there yet. Its data: every second KiB is noise and every second one
 * text, so that it compresses by about half, as the contents of servers do.
 */
export function makeDisks(folder: string, say: (line: string) => void): void {
  mkdirSync(folder, { recursive: true });
  const raw = path.join(folder, formats.raw.file);
  for (const name of ["raw", "sparse"] as const) {
    const file = path.join(folder, formats[name].file);
    if (existsSync(file)) continue;
    say(`making a disk of ${capacityOf(name) / GIB} GiB with ${DATA_GIB} GiB of data in ${folder}`);
    writeRaw(file, capacityOf(name));
  }
  for (const { file, format, options } of Object.values(formats)) {
    if (options === null || existsSync(path.join(folder, file))) continue;
    say(`making ${file}`);
    const args = ["convert", "-f", "raw", "-O", format, "-o", options, "-W", "-m", "8", raw, path.join(folder, file)];
    execFileSync("qemu-img", args);
  }
}

function writeRaw(file: string, capacityBytes: number): void {
  const descriptor = openSync(file, "w");
  try {
    ftruncateSync(descriptor, capacityBytes);
    const noise = createCipheriv("aes-128-ctr", Buffer.alloc(16, 7), Buffer.alloc(16));
    const steps = (DATA_GIB * GIB) / STEP_BYTES / PIECES;
    for (let piece = 0; piece < PIECES; piece++)
      for (let step = 0; step < steps; step++) {
        const data = noise.update(Buffer.alloc(STEP_BYTES));
        for (let at = 1024; at < STEP_BYTES; at += 2048)
          data.fill(`${piece}.${step}.${at} GET /index.html HTTP/1.1 200 `, at, at + 1024);
        writeSync(descriptor, data, 0, data.length, (piece * capacityBytes) / PIECES + step * STEP_BYTES);
      }
  } finally {
    closeSync(descriptor);
  }
}
