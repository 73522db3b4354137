import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { stringify } from "yaml";
import { z } from "zod";
import { connect } from "../cloud/client.ts";
import { readOffer } from "../cloud/read-offer.ts";
import { project } from "../cli/project.ts";
import { stackFile } from "../cli/stack-config.ts";
import { toSortedJson } from "../inventory/json.ts";
import { loadEstate, loadPlan } from "../inventory/load.ts";
import type { EstateVm } from "../inventory/schema/estate.ts";
import { planPath } from "../review/inputs.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { startBenchCloud, writeCloudsFile } from "./cloud.ts";
import { ESTATE_STACK, importEstateStack } from "./estate-stack.ts";
import { makeEstate, type MadeEstate } from "./estate.ts";
import { MEASURED, planOthers, plannable, WAVE_VMS, writeInventory } from "./inventory.ts";
import { type Cost, measure, median } from "./measure.ts";

/**
 * `npm run bench:plan [RUNS]`: what it costs to assess an estate of 220, 1,000 and 5,000 VMs, to propose its waves, and to
 * plan and preview one wave of 50 VMs in it (and in an estate of those 50 alone), against a cloud in this process.
 * Writes bench/results/plan.json. Ends with 1 when a wave costs over 20 % more in the largest estate than alone.
 */

const LARGEST = 5000;
const SIZES = [WAVE_VMS, 220, 1000, LARGEST];
const SEED = 20261121;
const runs = z.coerce.number().int().positive().default(3).parse(process.argv[2]);

interface Result {
  readonly vms: number;
  readonly disks: number;
  readonly waves: number;
  readonly assess: Cost;
  readonly propose: Cost;
  readonly planOneWave: Cost;
  readonly previewOneWave: Cost;
}

const home = mkdtempSync(path.join(tmpdir(), "wavelift-bench-"));
const cloud = await startBenchCloud();
const toolchain = await ensureToolchain();
writeCloudsFile(path.join(home, "clouds.yaml"), cloud);
mkdirSync(path.join(home, "pulumi"));
const env = {
  ...process.env,
  ...toolchain.env,
  ...{ OS_CLIENT_CONFIG_FILE: path.join(home, "clouds.yaml"), NO_COLOR: "1" },
  ...{ PULUMI_BACKEND_URL: `file://${path.join(home, "pulumi")}`, PULUMI_CONFIG_PASSPHRASE: "bench" },
};

/** Runs `wavelift ARGS` so often, one after the other. Criticals among other VMs are no failure of the bench. */
async function wavelift(args: readonly string[], allowed: readonly number[] = [0]): Promise<Cost> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run += 1) {
    const { exitCode, stdout, ...cost } = await measure(process.execPath, ["bin/wavelift.mjs", ...args], {
      cwd: project,
      env,
    });
    if (!allowed.includes(exitCode)) throw new Error(`wavelift ${args.join(" ")} ended with ${exitCode}:\n${stdout}`);
    costs.push(cost);
  }
  return median(costs);
}

async function benchOne(estate: MadeEstate, measured: readonly EstateVm[]): Promise<Result> {
  const inventory = mkdtempSync(path.join(home, "inventory-"));
  await writeInventory(inventory, estate, measured);
  const assess = await wavelift(["assess", "--inventory", inventory, "--json"], [0, 2]);
  const proposing = ["waves", "propose", "--inventory", inventory, "--max-vms", String(WAVE_VMS), "--target", "bench"];
  const propose = await wavelift([...proposing, "--dry-run"]);
  await measure(process.execPath, ["bin/wavelift.mjs", ...proposing], { cwd: project, env });
  const client = await connect(cloud.entry);
  const offer = await readOffer(client, "bench");
  await client.close();
  const waves = 1 + (await planOthers(inventory, await loadEstate(path.join(inventory, "estate")), offer));
  const settings = {
    "wavelift:wave": MEASURED,
    "wavelift:inventory": inventory,
    "wavelift:estateStack": ESTATE_STACK,
  };
  writeFileSync(stackFile(MEASURED), stringify({ config: settings }));
  const planOneWave = await wavelift(["plan", MEASURED]);
  const previewOneWave = await wavelift(["preview", MEASURED, "--", "--non-interactive"]);
  const { vms } = estate;
  return {
    ...{ vms: vms.length, disks: vms.reduce((sum, { disks }) => sum + disks.length, 0), waves },
    ...{ assess, propose, planOneWave, previewOneWave },
  };
}

try {
  await importEstateStack(env);
  const whole = makeEstate(LARGEST, SEED);
  const first = await firstWave(whole);
  const results: Result[] = [];
  for (const size of SIZES) {
    process.stderr.write(`${size} VMs ...\n`);
    const beside = whole.vms.filter((vm) => !first.includes(vm)).slice(0, size - first.length);
    results.push(await benchOne({ ...whole, vms: [...first, ...beside] }, first));
  }
  const ratio = ratioOf(results);
  const machine = { cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30), node: process.versions.node };
  mkdirSync(path.join(import.meta.dirname, "results"), { recursive: true });
  writeFileSync(
    path.join(import.meta.dirname, "results", "plan.json"),
    toSortedJson({ version: 1, machine, runs, seed: SEED, results, ratio }),
  );
  print(results, ratio);
  if (Math.max(ratio.plan, ratio.preview) > 1.2) process.exitCode = 1;
} finally {
  await cloud.close();
  for (const stack of [MEASURED, ESTATE_STACK]) rmSync(stackFile(stack), { force: true });
  rmSync(home, { recursive: true, force: true });
}

/** The VMs of the measured wave: the first of the estate that can be planned. */
async function firstWave(whole: MadeEstate): Promise<EstateVm[]> {
  const folder = mkdtempSync(path.join(home, "first-"));
  const candidates = whole.vms.slice(0, 4 * WAVE_VMS);
  await writeInventory(folder, { ...whole, vms: candidates }, []);
  const client = await connect(cloud.entry);
  const offer = await readOffer(client, "bench");
  await client.close();
  const found = plannable(candidates, await loadPlan(planPath(folder)), offer).slice(0, WAVE_VMS);
  if (found.length < WAVE_VMS) throw new Error(`only ${found.length} VMs of the made estate can be planned`);
  return found;
}

/** CPU time of one wave in the largest estate, against the same wave in an estate of its own. */
function ratioOf(results: readonly Result[]): { plan: number; preview: number } {
  const [alone, largest] = [results[0], results.at(-1)];
  if (alone === undefined || largest === undefined) throw new Error("nothing was measured");
  const of = (what: "planOneWave" | "previewOneWave"): number =>
    Math.round((largest[what].cpuSeconds / alone[what].cpuSeconds) * 100) / 100;
  return { plan: of("planOneWave"), preview: of("previewOneWave") };
}

function print(results: readonly Result[], ratio: { plan: number; preview: number }): void {
  const shown = ({ cpuSeconds, peakMiB }: Cost): string => `${cpuSeconds.toFixed(2)} s CPU, ${peakMiB} MiB`;
  for (const { vms, disks, waves, assess, propose, planOneWave, previewOneWave } of results)
    process.stdout.write(
      `${vms} VMs, ${disks} disks, ${waves} waves: assess ${shown(assess)}; propose ${shown(propose)}; ` +
        `plan of one wave ${shown(planOneWave)}; preview of it ${shown(previewOneWave)}\n`,
    );
  process.stdout.write(
    `One wave among ${results.at(-1)?.vms ?? 0} VMs against alone: plan x${ratio.plan}, preview x${ratio.preview}\n`,
  );
}
