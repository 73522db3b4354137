import { execa } from "execa";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { project } from "../../cli/project.ts";
import { stackFile } from "../../cli/stack-config.ts";
import { labEnvironment } from "../../lab/demo/environment.ts";
import { offersOf } from "../../lab/demo/leftovers.ts";
import { labPaths } from "../../lab/paths.ts";
import type { CloudOffer } from "../../cloud/offer.ts";
import { forgetLedger } from "./disks.ts";
import type { EstateVm } from "../../inventory/schema/estate.ts";
import { WaveFile } from "../../inventory/schema/wave.ts";

export const paths = labPaths(process.env);

/** The parts of a plan that all lab tests share; `waves` and more come on top. */
const basePlan = {
  version: 1,
  targets: { lab: { cloud: "lab" }, tenant: { cloud: "lab-tenant" } },
  networks: {
    "VM Network": { network: "lab-flat" },
    Backend: { network: "lab-vxlan" },
    Edge: { network: "lab-tenant" },
  },
  datastores: { test: "ceph", ds1: "ceph", ds2: "ceph" },
  flavors: { include: ["lab.*"] },
  securityGroups: {
    "test-admin": {
      rules: [
        { direction: "ingress", protocol: "tcp", ports: 22, remoteCidr: "10.20.0.0/24" },
        { direction: "ingress", protocol: "icmp", remoteCidr: "10.20.0.0/24" },
      ],
    },
  },
  defaultSecurityGroups: ["test-admin"],
};

/** How a program ended and what it printed, both streams in `all`. */
export interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly all: string;
}

/** What a test may have of its own beside the wave. */
export interface WorkspaceOptions {
  /** The estate's own stack; default: WAVE-estate, which stays for the next run. One that is named here is destroyed by `close`. */
  readonly estate?: string;
  /** Takes inventory and datastore of another workspace: two waves of one plan. Close this one first. */
  readonly beside?: Workspace;
}

/**
 * A wave of its own for a test file: an inventory and a datastore in a temporary folder, a stack on a file backend.
 * What an interrupted earlier run left in the cloud is destroyed first.
 */
export class Workspace {
  readonly wave: string;
  /** Stack of the shared groups: lab tests run side by side, each with its own. */
  readonly estate: string;
  readonly folder: string;
  readonly inventory: string;
  readonly datastore: string;
  readonly environment: Record<string, string>;
  readonly #ownsFolder: boolean;
  readonly #ownsEstate: boolean;

  constructor(wave: string, { estate, beside }: WorkspaceOptions = {}) {
    this.wave = wave;
    this.estate = estate ?? beside?.estate ?? `${wave}-estate`;
    this.#ownsFolder = beside === undefined;
    this.#ownsEstate = estate !== undefined;
    this.folder = beside?.folder ?? mkdtempSync(path.join(tmpdir(), "wavelift-lab-test-"));
    this.inventory = path.join(this.folder, "inventory");
    this.datastore = path.join(this.folder, "datastore");
    const backend = process.env["WAVELIFT_TEST_BACKEND"] ?? path.join(paths.home, "pulumi-test");
    for (const folder of [path.join(this.inventory, "estate"), this.datastore, backend])
      mkdirSync(folder, { recursive: true });
    this.environment = {
      ...labEnvironment(paths),
      PULUMI_BACKEND_URL: `file://${backend}`,
      WAVELIFT_RUNNERS: path.join(this.folder, "runners.yaml"),
      NO_COLOR: "1",
    };
    this.writeRunners();
  }

  /** What this machine sees as the conversion host; by default all datastores. */
  writeRunners(
    datastores: Readonly<Record<string, string>> = {
      test: this.datastore,
      ds1: path.join(paths.datastores, "ds1"),
      ds2: path.join(paths.datastores, "ds2"),
    },
  ): void {
    const settings = { version: 1, datastores, storage: { lab: { images: {} }, tenant: {} }, slots: 2, threads: 2 };
    writeFileSync(path.join(this.folder, "runners.yaml"), stringify(settings));
  }

  /** Makes both stacks and brings the shared groups up. `more` goes on top of the plan that all lab tests share. */
  async open(more: object = {}): Promise<void> {
    this.writePlan({ [this.wave]: { target: "lab", vms: {} } }, more);
    const settings = { "wavelift:wave": "", "wavelift:inventory": this.inventory, "wavelift:estateStack": this.estate };
    writeFileSync(
      stackFile(this.estate),
      stringify({ config: { ...settings, "wavelift:policyConfig": this.policyConfig } }),
    );
    await this.upEstate();
    await this.init();
  }

  /** Makes the wave's stack; what an interrupted earlier run left is destroyed. */
  async init(): Promise<void> {
    await this.succeed("init", this.wave, "--estate-stack", this.estate);
    // An accepted VM cannot be rolled back: what an interrupted run left of one is no longer called accepted.
    for (const volume of (await this.volumes()).values()) await forgetLedger(volume);
    await this.succeed("destroy", this.wave, "--yes", "--", "--non-interactive", "--skip-preview");
  }

  /** Rolls the wave back (even when a test failed half-way) and removes what it wrote. */
  async close(): Promise<void> {
    if (!existsSync(stackFile(this.wave))) {
      rmSync(this.folder, { recursive: true, force: true });
      return;
    }
    const ending = this.#ownsFolder && this.#ownsEstate ? [this.wave, this.estate] : [this.wave];
    const faults: string[] = [];
    for (const stack of ending) {
      const destroyed = await this.destroy(stack);
      if (destroyed.exitCode !== 0) faults.push(`stack ${stack} could not be destroyed:\n${destroyed.all}`);
    }
    rmSync(stackFile(this.wave), { force: true });
    if (this.#ownsFolder) {
      rmSync(stackFile(this.estate), { force: true });
      rmSync(this.folder, { recursive: true, force: true });
    }
    if (faults.length > 0) throw new Error(faults.join("\n"));
  }

  get policyConfig(): string {
    return path.join(this.folder, "policy.json");
  }

  writePlan(waves: object, more: object = {}): void {
    writeFileSync(path.join(this.inventory, "plan.yaml"), stringify({ ...basePlan, ...more, waves }));
  }

  writeVm(vm: EstateVm): void {
    writeFileSync(path.join(this.inventory, "estate", `${vm.key}.json`), `${JSON.stringify(vm, null, 2)}\n`);
  }

  get waveFile(): WaveFile {
    return WaveFile.parse(JSON.parse(readFileSync(path.join(this.inventory, "waves", `${this.wave}.json`), "utf8")));
  }

  /** `wavelift ARGS`; the result, whatever it is. */
  async wavelift(...args: string[]): Promise<Run> {
    return runOf(await execa(process.execPath, ["bin/wavelift.mjs", ...args], this.options));
  }

  /** `wavelift ARGS`, running: for tests that kill it. It leads a process group of its own, as under a shell. */
  start(...args: string[]) {
    return execa(process.execPath, ["bin/wavelift.mjs", ...args], { ...this.options, detached: true });
  }

  /** Ctrl-C, which a terminal sends to the whole group. @returns how it ended */
  async interrupt(running: ReturnType<Workspace["start"]>): Promise<Run> {
    if (running.pid !== undefined && running.exitCode === null) process.kill(-running.pid, "SIGINT");
    return runOf(await running);
  }

  async pulumi(...args: string[]): Promise<Run> {
    return runOf(await execa("pulumi", ["--non-interactive", ...args], this.options));
  }

  /** @throws with everything that was printed when it does not end with 0. */
  async succeed(...args: string[]): Promise<Run> {
    const run = await this.wavelift(...args);
    if (run.exitCode !== 0) throw new Error(`wavelift ${args.join(" ")} ended with ${run.exitCode}:\n${run.all}`);
    return run;
  }

  plan = (): Promise<Run> => this.succeed("plan", this.wave);
  preview = (...more: string[]): Promise<Run> =>
    this.wavelift("preview", this.wave, "--", "--non-interactive", ...more);
  up = (): Promise<Run> => this.wavelift("up", this.wave, "--yes", "--", "--non-interactive", "--skip-preview");

  /** `wavelift destroy`, of the wave's own stack by default. */
  destroy = (stack = this.wave): Promise<Run> =>
    this.wavelift("destroy", stack, "--yes", "--", "--non-interactive", "--skip-preview");
  upEstate = (): Promise<Run> => this.succeed("up", this.estate, "--yes", "--", "--non-interactive", "--skip-preview");

  /** What both projects hold now. */
  async offers(): Promise<CloudOffer[]> {
    Object.assign(process.env, { OS_CLIENT_CONFIG_FILE: this.environment["OS_CLIENT_CONFIG_FILE"] });
    return offersOf(["lab", "lab-tenant"]);
  }

  /** Volume ids of this wave by disk name. */
  async volumes(): Promise<Map<string, string>> {
    const stack = `wavelift/${this.wave}`;
    const found = (await this.offers()).flatMap(({ volumes }) => volumes.filter(({ mark }) => mark?.stack === stack));
    return new Map(found.map(({ id, mark }) => [mark?.key ?? "", id]));
  }

  private get options() {
    return {
      cwd: project,
      env: this.environment,
      stdin: "ignore",
      reject: false,
      all: true,
      maxBuffer: 64 * 2 ** 20,
    } as const;
  }
}

function runOf(ended: { readonly exitCode?: number; readonly stdout: string; readonly all: string }): Run {
  return { exitCode: ended.exitCode ?? -1, stdout: ended.stdout, all: ended.all };
}

/** What stands in the state of a wave's stack: inputs and outputs of each resource. */
export async function stateValues(workspace: Workspace): Promise<z.infer<typeof State>["deployment"]["resources"]> {
  const { stdout } = await workspace.pulumi("stack", "export", "--stack", workspace.wave);
  return State.parse(JSON.parse(stdout)).deployment.resources;
}

const Values = z.record(z.string(), z.unknown()).default({});
const State = z.object({
  deployment: z.object({ resources: z.array(z.object({ urn: z.string(), inputs: Values, outputs: Values })) }),
});

/** What a Command printed, from the state; null when it is not there. */
export async function commandReport(workspace: Workspace, name: string): Promise<unknown> {
  const found = (await stateValues(workspace)).find(({ urn }) => urn.endsWith(`command:local:Command::${name}`));
  const stdout = z.string().optional().parse(found?.outputs["stdout"]);
  return stdout === undefined ? null : JSON.parse(stdout);
}
