import path from "node:path";
import { formatFaults } from "../../inventory/fault.ts";
import { toSortedJson } from "../../inventory/json.ts";
import { shown } from "../../inventory/shown.ts";
import { assess } from "../../planning/assess/assess.ts";
import { filtered, unmatched, type Unmatched } from "../../planning/assess/filter.ts";
import { sorted } from "../../planning/assess/sort.ts";
import { totalsOf } from "../../planning/assess/totals.ts";
import { formatConcerns } from "../../review/show.ts";
import { exitCodes, UserError } from "../failure.ts";
import { project } from "../project.ts";
import { estateInputs, waveInputs } from "./inputs.ts";
import { type AssessOptions, filterOf, limitOf, sortOf } from "./options.ts";
import { scopeOf } from "./scope.ts";
import { slowProgress } from "./slow-progress.ts";
import { detailLines, summaryLines } from "./summary.ts";
import { assessTable } from "./table.ts";
import { expectFolders, writeReports } from "./write-reports.ts";

/** `wavelift assess`: what the estate is, what stands in the way, how hard it is, and how long it takes. */
export async function assessCommand(options: AssessOptions): Promise<number> {
  process.stdout.on("error", endQuietly);
  const [filter, order, limit] = [filterOf(options), sortOf(options.sort), limitOf(options.limit)];
  expectFolders(options);
  const inventory = path.resolve(options.inventory ?? path.join(project, "inventory"));
  const progress = slowProgress(process.stderr);
  const { input, rules, faults } =
    options.wave === undefined
      ? await estateInputs(inventory, (done, all) => {
          progress.status(`reading the estate: ${done} of ${all} VMs`);
        })
      : await waveInputs(inventory, options.wave, progress.status);
  progress.end();
  const { vms: all, general, models } = assess(input);
  refuseUnmatched(unmatched(all, filter));
  const vms = sorted(filtered(all, filter), order);
  const keys = new Set(vms.map(({ key }) => key));
  const facts = input.vms.filter(({ key }) => keys.has(key));
  const totals = totalsOf(vms, facts, models.throughput);
  const hasPlan = input.plan !== null;
  const scope = scopeOf(input, options);
  const page = { vms, totals, general, models, faults, rules, scope, hasPlan, writtenAt: new Date() };
  const written = writeReports(options, page);
  if (options.json) {
    const rows = vms.slice(0, limit);
    process.stdout.write(toSortedJson({ version: 1, models, totals, general, vms: rows, faults }));
  } else {
    if (vms.length > 0) write(assessTable(vms.slice(0, limit), process.stdout.columns));
    else write("No VM fits all of that.");
    if (vms.length > limit) write(`${vms.length - limit} more VM(s) are not shown (--limit).`);
    if (options.details) write(...detailLines(vms.slice(0, limit)));
    write(...formatConcerns(general), ...summaryLines(totals, models, hasPlan));
    write(...written.map((file) => `Wrote ${file}.`));
  }
  if (faults.length > 0)
    process.stderr.write(`Not assessed, because their files are wrong:\n${formatFaults(faults)}\n`);
  if (faults.length > 0) return exitCodes.failed;
  const critical = [...general, ...vms.flatMap(({ concerns }) => concerns)].some(
    ({ category }) => category === "Critical",
  );
  return options.check && critical ? exitCodes.stopped : exitCodes.done;
}

/** A value that fits no VM at all is a typing error, not an empty answer. */
function refuseUnmatched(values: readonly Unmatched[]): void {
  if (values.length === 0) return;
  const lines = values.map(({ field, value, meant, known }) => {
    const hint = meant === null ? "" : ` Did you mean ${shown(meant)}?`;
    const some = known.slice(0, 20).map((one) => shown(one));
    const there = known.length === 0 ? "No VM has any" : `There are: ${some.join(", ")}`;
    const more = known.length > some.length ? ` and ${known.length - some.length} more` : "";
    return `--${field} ${shown(value)} fits no VM.${hint} ${there}${more}.`;
  });
  throw new UserError(lines.join("\n"));
}

/** `wavelift assess | head` has read enough: that is no fault. */
function endQuietly(error: Error): void {
  if ("code" in error && error.code === "EPIPE") process.exit(exitCodes.done);
  throw error;
}

function write(...lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${line}\n`);
}
