import { execa } from "execa";
import { randomBytes, createHash } from "node:crypto";
import { mkdir, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { GuestFileContent } from "./content.ts";

/** Raw images of disks, made without loop devices and mounts: file systems are filled from a folder and edited in place. */

const MIB = 1024 * 1024;
const SECTORS_PER_MIB = MIB / 512;
/** Partitions start here, the usual alignment; GRUB's core image lies before it. */
const FIRST_PARTITION_MIB = 1;
const ESP_MIB = 64;

/** Version of the kernel in the guests' shared root tree. */
export const kernelVersion = async (root: string): Promise<string> => {
  const found = (await readdir(join(root, "boot"))).filter((name) => name.startsWith("vmlinuz-")).sort();
  const last = found.at(-1);
  if (last === undefined)
    throw new Error(`no kernel in ${root}/boot: remove ${root} and run "npm run lab -- guests" again`);
  return last.slice("vmlinuz-".length);
};

const emptyFile = async (path: string, sizeMiB: number): Promise<void> => {
  await rm(path, { force: true });
  await writeFile(path, "");
  await truncate(path, sizeMiB * MIB);
};

/** Writes bytes of a file into another at an offset, holes stay holes. */
const copyInto = (from: string, to: string, blockBytes: number, seekBlocks: number, count?: number) =>
  execa("dd", [
    `if=${from}`,
    `of=${to}`,
    `bs=${blockBytes}`,
    `seek=${seekBlocks}`,
    ...(count === undefined ? [] : [`count=${count}`]),
    "conv=notrunc,sparse",
    "status=none",
  ]);

/** Replaces files inside an ext4 image; the file system is not mounted. */
const writeFiles = async (
  image: string,
  offsetBytes: number,
  files: readonly GuestFileContent[],
  workFolder: string,
): Promise<void> => {
  const commands: string[] = [];
  for (const [index, { path, mode, text }] of files.entries()) {
    const local = join(workFolder, `file${index}`);
    await writeFile(local, text);
    commands.push(`rm ${path}`, `write ${local} ${path}`, `sif ${path} mode 0100${mode.toString(8).padStart(3, "0")}`);
  }
  const device = `${image}?offset=${offsetBytes}`;
  // debugfs ends with status 0 whatever happens: what it was to write is read back
  await execa("debugfs", ["-w", "-f", "-", device], { input: `${commands.join("\n")}\n` });
  for (const { path, text } of files) {
    const { stdout } = await execa("debugfs", ["-R", `cat ${path}`, device], { stripFinalNewline: false });
    if (stdout !== text) throw new Error(`${path} was not written into ${image}`);
  }
};

/** A disk that boots: MBR + GRUB for `bios`, GPT + EFI system partition for `efi`. */
export interface RootImage {
  readonly image: string;
  readonly sizeMiB: number;
  readonly firmware: "bios" | "efi";
  readonly uuid: string;
  /** Tree of the shared system, see base.sh. */
  readonly root: string;
  readonly files: readonly GuestFileContent[];
  readonly workFolder: string;
}

export const makeRootImage = async (it: RootImage): Promise<void> => {
  const startMiB = FIRST_PARTITION_MIB + (it.firmware === "efi" ? ESP_MIB : 0);
  const start = startMiB * SECTORS_PER_MIB;
  await emptyFile(it.image, it.sizeMiB);
  const table =
    it.firmware === "bios"
      ? `label: dos\nstart=${start}, type=83, bootable\n`
      : `label: gpt\nstart=${FIRST_PARTITION_MIB * SECTORS_PER_MIB}, size=${ESP_MIB * SECTORS_PER_MIB}, type=U\nstart=${start}, type=L\n`;
  await execa("sfdisk", ["--quiet", it.image], { input: table });
  // the last MiB stays free: GPT keeps its second copy there
  const options = `offset=${startMiB * MIB},root_owner=0:0`;
  await execa("mke2fs", [
    ...["-q", "-F", "-t", "ext4", "-U", it.uuid, "-L", "root", "-d", it.root, "-E", options],
    it.image,
    `${it.sizeMiB - startMiB - 1}M`,
  ]);
  await writeFiles(it.image, startMiB * MIB, it.files, it.workFolder);
  const grub = join(it.root, "boot/grub");
  if (it.firmware === "bios") {
    // 440 bytes, then the partition table; the core image from sector 1: the layout both are made for
    await copyInto(join(grub, "boot.img"), it.image, 440, 0, 1);
    await copyInto(join(grub, "core.img"), it.image, 512, 1);
    return;
  }
  const esp = join(it.workFolder, "esp.img");
  await emptyFile(esp, ESP_MIB);
  await execa("mkfs.vfat", ["-F", "32", "-n", "ESP", esp]);
  await execa("mmd", ["-i", esp, "::/EFI", "::/EFI/BOOT"]);
  await execa("mcopy", ["-i", esp, join(grub, "BOOTX64.EFI"), "::/EFI/BOOT/BOOTX64.EFI"]);
  await copyInto(esp, it.image, MIB, FIRST_PARTITION_MIB);
  await rm(esp);
};

/** An ext4 without partitions that holds files whose sums are known. Returns the content of its SHA256SUMS. */
export const makeDataImage = async (
  image: string,
  disk: { readonly sizeMiB: number; readonly label: string; readonly contentMiB: number },
  marker: string,
  workFolder: string,
): Promise<string> => {
  const folder = join(workFolder, disk.label);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const contents = new Map([
    ["marker", Buffer.from(`${marker}\n`)],
    ["random.bin", randomBytes(disk.contentMiB * MIB)],
  ]);
  let sums = "";
  for (const [name, bytes] of contents) {
    await writeFile(join(folder, name), bytes);
    sums += `${createHash("sha256").update(bytes).digest("hex")}  ${name}\n`;
  }
  await writeFile(join(folder, "SHA256SUMS"), sums);
  await emptyFile(image, disk.sizeMiB);
  await execa("mke2fs", ["-q", "-F", "-t", "ext4", "-L", disk.label, "-d", folder, "-E", "root_owner=0:0", image]);
  await rm(folder, { recursive: true });
  return sums;
};
