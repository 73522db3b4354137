import { execa } from "execa";
import { createWriteStream } from "node:fs";
import { truncate } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Ledger } from "../../conversion/ledger/ledger.ts";

const MIB = 2 ** 20;

/** A raw file of `sizeMiB` whose first `dataMiB` are random. */
export async function randomDisk(file: string, sizeMiB: number, dataMiB: number): Promise<void> {
  const out = createWriteStream(file);
  for (let written = 0; written < dataMiB; written += 1) if (!out.write(randomBytes(MIB))) await once(out, "drain");
  out.end();
  await once(out, "close");
  await truncate(file, sizeMiB * MIB);
}

const image = (volumeId: string): string => `rbd:volumes/volume-${volumeId}:id=cinder`;

/** Whether the volume holds exactly the file's bytes (zeros behind them). */
export async function isIdentical(file: string, volumeId: string, format = "raw"): Promise<boolean> {
  const run = await execa("qemu-img", ["compare", "-f", format, "-F", "raw", file, image(volumeId)], { reject: false });
  if (run.exitCode !== 0 && run.exitCode !== 1) throw new Error(run.stderr);
  return run.exitCode === 0;
}

/** Writes a pattern into the volume behind everybody's back, as a running server would. */
export async function scribble(volumeId: string, offset: number, length: number, pattern: number): Promise<void> {
  await execa("qemu-io", ["-f", "raw", "-c", `write -P ${pattern} ${offset} ${length}`, image(volumeId)]);
}

/** Whether the volume holds the pattern there. */
export async function holdsPattern(
  volumeId: string,
  offset: number,
  length: number,
  pattern: number,
): Promise<boolean> {
  const run = await execa("qemu-io", [
    "-r",
    "-f",
    "raw",
    "-c",
    `read -P ${pattern} ${offset} ${length}`,
    image(volumeId),
  ]);
  return !/Pattern verification failed/.test(run.stdout);
}

/** Who has the volume's image open. */
export async function watchers(volumeId: string): Promise<string[]> {
  const { stdout } = await execa("rbd", ["--id", "cinder", "--pool", "volumes", "status", `volume-${volumeId}`]);
  return stdout.split("\n").filter((line) => line.includes("watcher="));
}

/** The ledger of a volume, or null. */
export async function ledger(volumeId: string): Promise<Ledger | null> {
  const run = await execa(
    "rbd",
    ["--id", "cinder", "--pool", "volumes", "image-meta", "get", `volume-${volumeId}`, "wavelift.v1"],
    { reject: false },
  );
  return run.exitCode === 0 ? Ledger.parse(JSON.parse(run.stdout)) : null;
}

/** Takes the ledger off a volume, where there is one. */
export async function forgetLedger(volumeId: string): Promise<void> {
  const image = ["--id", "cinder", "--pool", "volumes", "image-meta", "remove", `volume-${volumeId}`];
  for (const key of ["wavelift.v1.done", "wavelift.v1"]) await execa("rbd", [...image, key], { reject: false });
}
