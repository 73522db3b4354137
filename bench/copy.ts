import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import Table from "cli-table3";
import { Command, InvalidArgumentError } from "commander";
import { project } from "../cli/project.ts";
import { toSortedJson } from "../inventory/json.ts";
import { labPaths } from "../lab/paths.ts";
import { startHttpsSource } from "../lab/vcenter/https-source.ts";
import { prepare } from "../test/prepare.ts";
import { capacityOf, DATA_GIB, formats, makeDisks, type FileFormat } from "./copy/disk.ts";
import { access, newVolume, removeImage } from "./copy/image.ts";
import { buildOurs, fileWays, httpsWays, type Run, type Ways } from "./copy/ways.ts";
import { measure, median, type Cost } from "./measure.ts";

/**
 * `npm run bench:copy`: the same disk into the same pool, side by side: the recipe that people use today, our bare copy, and
 * our whole job with ledger, flushes and verification. Medians go to bench/results/copy.json. It measures and says; it
 * judges nothing.
 */

/** Over HTTPS on this machine, and from a server that gives no more than a gigabit a second: there the source decides. */
const overHttps = { https: 0, httpsGigabit: 117_000_000 } as const;
const sources = [...Object.keys(formats), ...Object.keys(overHttps)];
const whole = (text: string): number => {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("expected a whole number from 1 on");
  return Number(text);
};
const { runs, only } = new Command("bench:copy")
  .description("measures copies into the lab's Ceph; nothing else should run meanwhile")
  .option("--runs <number>", "runs of each way", whole, 3)
  .option("--only <source...>", `of ${sources.join(", ")}; default: all`)
  .parse()
  .opts<{ runs: number; only?: string[] }>();

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const env = await prepare();
const folder = path.join(labPaths(process.env).home, "bench");
makeDisks(folder, say);
await buildOurs();

interface Result {
  readonly source: string;
  readonly recipe: Cost;
  readonly copy: Cost;
  readonly job: Cost;
}

async function one({ command, args, input, clean }: Run): Promise<Cost> {
  try {
    const { exitCode, wallSeconds, cpuSeconds, peakMiB } = await measure(command, args, { cwd: project, env, input });
    if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}`);
    return { wallSeconds, cpuSeconds, peakMiB };
  } finally {
    clean();
  }
}

/** The ways take turns, so that what else the machine does hits each of them. */
async function compare(source: string, ways: Ways): Promise<Result> {
  const costs = { recipe: [] as Cost[], copy: [] as Cost[], job: [] as Cost[] };
  for (let run = 1; run <= runs; run += 1)
    for (const way of ["recipe", "copy", "job"] as const) {
      const cost = await one(ways[way]());
      say(`${source}, run ${run}, ${way}: ${cost.wallSeconds} s, ${cost.cpuSeconds} s CPU`);
      costs[way].push(cost);
    }
  return { source, recipe: median(costs.recipe), copy: median(costs.copy), job: median(costs.job) };
}

/** What the cluster takes when the data costs nothing: `rbd bench`, in MiB a second. */
async function rbdBench(): Promise<number> {
  const rates: number[] = [];
  for (let run = 1; run <= runs; run += 1) {
    const { image } = newVolume(capacityOf("raw"));
    const size = ["--io-type", "write", "--io-pattern", "seq", "--io-size", "4M", "--io-threads", "16"];
    const args = ["--id", access.user, "--conf", access.conf, "bench", ...size, "--io-total", `${DATA_GIB}G`];
    const { wallSeconds } = await one({
      ...{ command: "rbd", args: [...args, `${access.pool}/${image}`], input: "" },
      clean: () => {
        removeImage(image);
      },
    });
    rates.push((DATA_GIB * 1024) / wallSeconds);
  }
  return Math.round([...rates].sort((a, b) => a - b)[rates.length >> 1] ?? 0);
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
const rateOf = ({ wallSeconds }: Cost): number => Math.round((DATA_GIB * 1024) / wallSeconds);
const cpuOf = ({ cpuSeconds }: Cost): number => rounded(cpuSeconds / DATA_GIB);

const isOverHttps = (source: string): source is keyof typeof overHttps => Object.hasOwn(overHttps, source);
const isFile = (source: string): source is FileFormat => Object.hasOwn(formats, source);
const chosen = sources.filter((source) => only === undefined || only.includes(source));
const results: Result[] = [];
for (const source of chosen) {
  if (isFile(source)) {
    results.push(await compare(source, fileWays(folder, source)));
    continue;
  }
  if (!isOverHttps(source)) continue;
  const served = await startHttpsSource(path.join(folder, formats.raw.file));
  try {
    await served.vcenter.trouble({ bytesPerSecond: overHttps[source] });
    results.push(await compare(source, httpsWays(served)));
  } finally {
    await served.stop();
  }
}
const bench = await rbdBench();

const table = new Table({
  style: { head: [], border: [] },
  head: [
    "source",
    "recipe s",
    "copy s",
    "job s",
    "recipe/copy",
    "job/copy",
    "copy MiB/s",
    "CPU s/GiB: recipe, copy, job",
  ],
});
for (const { source, recipe, copy, job } of results)
  table.push([
    ...[source, recipe.wallSeconds, copy.wallSeconds, job.wallSeconds],
    ...[rounded(recipe.wallSeconds / copy.wallSeconds), rounded(job.wallSeconds / copy.wallSeconds), rateOf(copy)],
    [recipe, copy, job].map(cpuOf).join(", "),
  ]);
process.stdout.write(`${table.toString()}\nrbd bench: ${bench} MiB/s\n`);
if (only === undefined) {
  const file = path.join(project, "bench/results/copy.json");
  mkdirSync(path.dirname(file), { recursive: true });
  const machine = { cores: cpus().length, processor: cpus()[0]?.model ?? "unknown" };
  const written = results.map(({ source, recipe, copy, job }) => ({
    ...{ source, recipe, copy, job },
    ratios: {
      recipeToCopy: rounded(recipe.wallSeconds / copy.wallSeconds),
      recipeToJob: rounded(recipe.wallSeconds / job.wallSeconds),
      jobToCopy: rounded(job.wallSeconds / copy.wallSeconds),
      copyToRbdBench: rounded(rateOf(copy) / bench),
    },
    cpuSecondsPerGiB: { recipe: cpuOf(recipe), copy: cpuOf(copy), job: cpuOf(job) },
  }));
  const disk = { capacityBytes: capacityOf("raw"), sparseCapacityBytes: capacityOf("sparse"), dataGiB: DATA_GIB };
  writeFileSync(file, toSortedJson({ version: 1, runs, machine, disk, rbdBenchMiBPerSecond: bench, results: written }));
  say(`Wrote ${file}.`);
}
