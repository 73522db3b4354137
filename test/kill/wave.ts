import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, mkdtempSync, statSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { bootSectorProperties, makeBootable } from "../lab/boot-sector.ts";
import { randomDisk } from "../lab/disks.ts";
import { testVm } from "../lab/vms.ts";
import { Workspace } from "../lab/workspace.ts";
import type { Edit } from "./round-plan.ts";

const MIB = 2 ** 20;
export const WAVE = "test-kill";

/** The wave's disks: resource name, file, size. The first is two slices long; both ends hold data. */
const disks = [
  { vm: "kill1", name: "kill1-disk-2000", file: "boot.raw", sizeMiB: 1100, dataMiB: 160 },
  { vm: "kill1", name: "kill1-disk-2001", file: "data.raw", sizeMiB: 200, dataMiB: 200 },
  { vm: "kill2", name: "kill2-disk-2000", file: "other.raw", sizeMiB: 250, dataMiB: 250 },
] as const;

/** One VM with a server and two disks, one that is off at the source: what all rounds work on. */
export class KillWave {
  readonly workspace = new Workspace(WAVE);
  /** Marks all processes of the wave's runs (TMPDIR), and holds the run folder of the conversion program. */
  readonly folder = mkdtempSync(path.join(tmpdir(), "wl-kill-"));
  readonly runFolder = path.join(this.folder, "run");
  #labels = 0;
  #name = "kill1";
  #second = true;
  #sources = new Map<string, string>();

  async open(): Promise<void> {
    const { workspace } = this;
    mkdirSync(this.runFolder);
    Object.assign(workspace.environment, { TMPDIR: this.folder, WAVELIFT_RUN_DIR: this.runFolder });
    // One disk after the other: longer copies, and launchers that wait for a slot.
    const settings = {
      version: 1,
      datastores: { test: workspace.datastore },
      storage: { lab: {} },
      slots: 1,
      threads: 2,
    };
    writeFileSync(path.join(workspace.folder, "runners.yaml"), stringify(settings));
    await workspace.open();
    for (const { file, sizeMiB, dataMiB } of disks) await randomDisk(this.fileOf(file), sizeMiB, dataMiB);
    await makeBootable(this.fileOf("boot.raw"));
    const boot = await open(this.fileOf("boot.raw"), "r+");
    await boot.write(randomBytes(32 * MIB), 0, 32 * MIB, 1060 * MIB);
    await boot.close();
    for (const { file } of disks) this.#sources.set(file, await this.#look(file));
    await this.plan(true, "none");
  }

  /** Writes estate and plan, with an edit as people make them, and plans the wave. */
  async plan(second: boolean, edit: Edit): Promise<void> {
    if (edit === "label") this.#labels += 1;
    if (edit === "rename") this.#name = this.#name === "kill1" ? "kill1-new" : "kill1";
    this.#second = second;
    const vmDisks = (vm: string) =>
      disks
        .filter((disk) => disk.vm === vm)
        .map(({ file, sizeMiB }) => ({
          file,
          capacityBytes: sizeMiB * MIB,
          label: `Disk, edited ${this.#labels} times`,
        }));
    this.workspace.writeVm(testVm("kill1", 203, vmDisks("kill1"), { name: this.#name }));
    this.workspace.writeVm(testVm("kill2", 204, vmDisks("kill2")));
    const kill1 = { boot: true, imageProperties: bootSectorProperties };
    // Not left out of the plan: a VM that has begun may not vanish from it, the run would be stopped.
    const kill2 = second ? {} : { phase: "absent" };
    this.workspace.writePlan({ [WAVE]: { target: "lab", vms: { kill1, kill2 } } });
    await this.workspace.plan();
  }

  /** Resource names of the disks that must be there, with their source files. */
  get disks(): { name: string; file: string }[] {
    return disks
      .filter(({ vm }) => this.#second || vm === "kill1")
      .map(({ name, file }) => ({ name, file: this.fileOf(file) }));
  }

  /** Keys of the VMs that must have a port. */
  get vms(): string[] {
    return this.#second ? ["kill1", "kill2"] : ["kill1"];
  }

  /** What has changed in the sources' bytes or times since the beginning. */
  async changedSources(): Promise<string[]> {
    const changed: string[] = [];
    for (const [file, before] of this.#sources)
      if ((await this.#look(file)) !== before) changed.push(`the source ${file} was changed`);
    return changed;
  }

  fileOf(file: string): string {
    return path.join(this.workspace.datastore, file);
  }

  async #look(file: string): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(this.fileOf(file))) hash.update(chunk as Buffer);
    const { size, mtimeNs, ino } = statSync(this.fileOf(file), { bigint: true });
    return `${hash.digest("hex")} ${size} ${mtimeNs} ${ino}`;
  }
}
