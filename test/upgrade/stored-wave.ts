import { execa } from "execa";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { project } from "../../cli/project.ts";
import type { CloudOffer } from "../../cloud/offer.ts";
import { EstateVm } from "../../inventory/schema/estate.ts";
import { WaveFile } from "../../inventory/schema/wave.ts";
import { PASSWORD, startFakeCloud, type FakeCloud } from "../cloud/fake-cloud.ts";
import { answersOf } from "./offer-cloud.ts";

export const WAVE = "test-upgrade";
export const ESTATE = "test-estate";

/** One step of a preview that is not `same`. */
export interface Step {
  readonly op: string;
  /** `openstack:compute/instance:Instance up-two`. */
  readonly resource: string;
  /** Inputs that differ, where the provider names them. */
  readonly differs: readonly string[];
}

export interface Preview {
  readonly exitCode: number;
  readonly steps: readonly Step[];
  /** What the program and the policies said. */
  readonly said: string;
}

const Shown = z.object({
  steps: z
    .array(z.object({ op: z.string(), urn: z.string(), detailedDiff: z.record(z.string(), z.unknown()).nullish() }))
    .default([]),
  diagnostics: z.array(z.object({ message: z.string().default("") })).default([]),
});

/** A finished wave from an export: state in a backend of its own, the cloud as it was then, the program as it is now. */
export class StoredWave {
  readonly folder = mkdtempSync(path.join(tmpdir(), "wavelift-upgrade-"));
  readonly inventory = path.join(this.folder, "inventory");
  private readonly exported: string;
  private cloud: FakeCloud | undefined;
  /** What the cloud has; to be changed by a test. */
  offer: CloudOffer;

  constructor(version: string) {
    this.exported = path.join(import.meta.dirname, "exports", version);
    this.offer = JSON.parse(readFileSync(path.join(this.exported, "offer.json"), "utf8")) as CloudOffer;
  }

  async open(): Promise<void> {
    this.restore();
    mkdirSync(path.join(this.folder, "backend"));
    cpSync(path.join(project, "Pulumi.yaml"), path.join(this.folder, "Pulumi.yaml"));
    this.cloud = await startFakeCloud(undefined, this.offer.projectId);
    this.cloud.roles = ["admin"];
    const auth = { auth_url: this.cloud.entry.authUrl, username: "mover", password: PASSWORD };
    const domains = { user_domain_name: "Default", project_domain_name: "Default", project_name: "estate" };
    const lab = { auth: { ...auth, ...domains }, region_name: "RegionOne", identity_api_version: 3 };
    writeFileSync(path.join(this.folder, "clouds.yaml"), stringify({ clouds: { lab, other: lab } }));
    for (const [stack, file, wave] of [
      [ESTATE, "estate.json", ""],
      [WAVE, "wave.json", WAVE],
    ] as const) {
      const config = { "wavelift:wave": wave, "wavelift:inventory": this.inventory, "wavelift:estateStack": ESTATE };
      // Where there is nothing but the project's name, so that no stack file comes into the project.
      await this.pulumi(this.folder, "stack", "init", stack);
      await this.pulumi(this.folder, "stack", "import", "--stack", stack, "--file", path.join(this.exported, file));
      writeFileSync(this.config(stack), `${readFileSync(this.config(stack), "utf8")}\n${stringify({ config })}`);
    }
  }

  async close(): Promise<void> {
    await this.cloud?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Inventory and cloud as they were exported. */
  restore(): void {
    rmSync(this.inventory, { recursive: true, force: true });
    cpSync(path.join(this.exported, "inventory"), this.inventory, { recursive: true });
    this.offer = JSON.parse(readFileSync(path.join(this.exported, "offer.json"), "utf8")) as CloudOffer;
  }

  editPlan(edit: (text: string) => string): void {
    const file = path.join(this.inventory, "plan.yaml");
    const [before, after] = [readFileSync(file, "utf8"), edit(readFileSync(file, "utf8"))];
    if (before === after) throw new Error("the edit of the plan changes nothing");
    writeFileSync(file, after);
  }

  editVm(key: string, edit: (vm: EstateVm) => object): void {
    const file = path.join(this.inventory, "estate", `${key}.json`);
    writeFileSync(file, JSON.stringify(edit(EstateVm.parse(JSON.parse(readFileSync(file, "utf8"))))));
  }

  get waveFile(): WaveFile {
    return WaveFile.parse(JSON.parse(readFileSync(this.wavePath, "utf8")));
  }

  editWave(edit: (file: WaveFile) => WaveFile): void {
    writeFileSync(this.wavePath, JSON.stringify(edit(this.waveFile)));
  }

  /** `wavelift plan`; what it printed. */
  async plan(...more: string[]): Promise<string> {
    const args = ["bin/wavelift.mjs", "plan", WAVE, "--inventory", this.inventory, ...more];
    const run = await execa(process.execPath, args, { ...this.options, cwd: project });
    return run.all;
  }

  /** The preview of the program in `folder`, with its policies, without a refresh. */
  async preview(folder = project): Promise<Preview> {
    const run = await this.pulumi(
      folder,
      ...["preview", "--stack", WAVE, "--config-file", this.config(WAVE), "--json", "--policy-pack", "policy"],
    );
    const text = run.stdout.slice(Math.max(0, run.stdout.indexOf("{")));
    const shown = Shown.safeParse(text === "" ? {} : JSON.parse(text));
    if (!shown.success) throw new Error(`no preview: ${run.all}`);
    return {
      exitCode: run.exitCode ?? -1,
      steps: shown.data.steps
        .filter(({ op }) => op !== "same" && op !== "read")
        .map(({ op, urn, detailedDiff }) => ({
          op,
          resource: urn.split("::").slice(2).join(" ").replace(/^.*\$/, ""),
          differs: Object.keys(detailedDiff ?? {}),
        })),
      said: `${run.all}\n${shown.data.diagnostics.map(({ message }) => message).join("\n")}`,
    };
  }

  private pulumi(folder: string, ...args: string[]) {
    if (this.cloud !== undefined) this.cloud.answer = (seen) => answersOf(this.offer)(seen);
    return execa("pulumi", ["--non-interactive", ...args], {
      ...this.options,
      cwd: folder,
      reject: args[0] !== "preview",
    });
  }

  private get wavePath(): string {
    return path.join(this.inventory, "waves", `${WAVE}.json`);
  }

  private config(stack: string): string {
    return path.join(this.folder, `Pulumi.${stack}.yaml`);
  }

  private get options() {
    return {
      env: {
        OS_CLIENT_CONFIG_FILE: path.join(this.folder, "clouds.yaml"),
        OS_CLOUD: "lab",
        PULUMI_BACKEND_URL: `file://${path.join(this.folder, "backend")}`,
        PULUMI_CONFIG_PASSPHRASE: "lab",
        WAVELIFT_RUNNERS: path.join(this.folder, "runners.yaml"),
        NO_COLOR: "1",
      },
      stdin: "ignore",
      all: true,
      reject: false,
      maxBuffer: 64 * 2 ** 20,
    } as const;
  }
}
