import { existsSync } from "node:fs";
import path from "node:path";
import Table from "cli-table3";
import { execa } from "execa";
import pc from "picocolors";
import { exitCodes as stageExit } from "../conversion/exit-codes.ts";
import { Failure } from "../conversion/failure.ts";
import { Look } from "../conversion/probe/launch.ts";
import { readSettings } from "../conversion/read-settings.ts";
import { hostsOut } from "../conversion/runner/hosts-out.ts";
import { hostLabel } from "../conversion/runner/runner-settings.ts";
import type { Settings } from "../conversion/settings.ts";
import { readWholeEstate } from "../inventory/load-all.ts";
import { loadPlan } from "../inventory/load.ts";
import { toSortedJson } from "../inventory/json.ts";
import { planPath } from "../review/inputs.ts";
import { fine, type Finding } from "./doctor/finding.ts";
import { judgeHost, judgeNode } from "./doctor/host.ts";
import { checkLocks } from "./doctor/locks.ts";
import { checkClouds, checkToolchain, judgeSettings } from "./doctor/near.ts";
import { judgeOut } from "./doctor/out.ts";
import { idleNodes, judgeSlurm, nodesOf, slurmFacts } from "./doctor/slurm.ts";
import { whichHosts, whichRunner } from "./doctor/which.ts";
import { exitCodes } from "./failure.ts";
import { project } from "./project.ts";

export interface DoctorOptions {
  readonly json: boolean;
  readonly inventory?: string;
}

/** `wavelift doctor [HOST]`: looks at this machine, the clouds and the conversion hosts; says what to do about each fault. */
export async function doctor(host: string | undefined, options: DoctorOptions): Promise<number> {
  // A wrong argument is told before anything is looked at.
  whichRunner(host, { kind: "local" });
  const findings: Finding[] = [judgeNode("here", process.versions.node), await checkToolchain()];
  const settings = settingsOf(findings);
  const plan = planPath(options.inventory ?? path.join(project, "inventory"));
  if (existsSync(plan)) {
    const loaded = await loadPlan(plan);
    if (settings !== null) findings.push(...judgeSettings(settings, loaded));
    findings.push(...(await checkClouds(loaded, process.env)));
  } else
    findings.push({
      ...{ where: "here", check: "clouds", state: "note", found: `there is no ${plan}`, remedy: "" },
      expected: "a plan, whose clouds are asked (--inventory FOLDER)",
    });
  if (settings !== null) {
    const hosts = whichHosts(host, settings);
    findings.push(...judgeOut(hosts, hostsOut(process.env, Date.now), Date.now()));
    findings.push(...(await checkLocks(settings.locks)));
    const folder = options.inventory ?? path.join(project, "inventory");
    const looks = await Promise.all(hosts.map((one) => lookAtHost(one.settings, folder)));
    findings.push(...looks.flat());
  }
  process.stdout.write(options.json ? toSortedJson(findings) : `${table(findings)}\n`);
  return findings.some(({ state }) => state === "fault") ? exitCodes.failed : exitCodes.done;
}

/** runners.yaml; null, and a finding, where it cannot be used. */
function settingsOf(findings: Finding[]): Settings | null {
  const expected = "settings of the conversion host";
  try {
    const settings = readSettings(process.env, project);
    findings.push(fine("here", "runners.yaml", `conversion host: ${hostLabel(settings.runner)}`, expected));
    return settings;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const remedy = "Mend it; runners.example.yaml shows every setting. The conversion host was not looked at.";
    findings.push({ where: "here", check: "runners.yaml", state: "fault", found: error.message, expected, remedy });
    return null;
  }
}

/** So many nodes of a Slurm pool are looked at side by side. */
const SIDE_BY_SIDE = 4;

/** A conversion host; of a Slurm pool its controller, and each node that takes jobs now. @param inventory folder of the inventory */
async function lookAtHost(settings: Settings, inventory: string): Promise<Finding[]> {
  const { runner } = settings;
  if (runner.kind !== "slurm" || runner.only !== undefined) return lookAt(settings);
  process.stderr.write("asking the Slurm pool\n");
  const facts = await slurmFacts(runner, process.env);
  const esxiHosts = runner.licenses.esxiHost === undefined ? [] : await esxiHostsOf(inventory);
  const findings = judgeSlurm(runner, facts, { esxiHosts, datastores: Object.keys(settings.datastores) });
  const nodes = facts === null ? [] : idleNodes(nodesOf(runner, facts));
  for (let from = 0; from < nodes.length; from += SIDE_BY_SIDE) {
    const some = nodes.slice(from, from + SIDE_BY_SIDE);
    const looks = await Promise.all(some.map((only) => lookAt({ ...settings, runner: { ...runner, only } })));
    findings.push(...looks.flat());
  }
  return findings;
}

/** ESXi hosts that the estate names. */
async function esxiHostsOf(inventory: string): Promise<string[]> {
  const folder = path.join(inventory, "estate");
  if (!existsSync(folder)) return [];
  const { vms } = await readWholeEstate(folder);
  return [...new Set(vms.flatMap(({ esxiHost }) => (esxiHost === null ? [] : [esxiHost])))].sort();
}

/** Runs the conversion program on its host. Its progress goes on to standard error; why it did not run is a finding. */
async function lookAt(settings: Settings): Promise<Finding[]> {
  const where = hostLabel(settings.runner);
  process.stderr.write(`looking at the conversion host: ${where}\n`);
  const faults: string[] = [];
  const child = execa(process.execPath, [path.join(project, "bin", "convert.mjs"), "doctor"], {
    cwd: project,
    input: JSON.stringify(settings),
    reject: false,
  });
  for await (const line of child.iterable({ from: "stderr" })) {
    if (line.startsWith("error: ")) faults.push(line.slice("error: ".length));
    else process.stderr.write(`${line}\n`);
  }
  const { exitCode, stdout } = await child;
  if (exitCode === stageExit.ok) return judgeHost(where, Look.parse(JSON.parse(stdout)));
  const found = faults.join("; ") || `the look at it ended with status ${exitCode ?? "unknown"}`;
  const expected = "the conversion program runs there";
  return [
    { where, check: "conversion host", state: "fault", found, expected, remedy: "Do what it says, then ask again." },
  ];
}

/** The findings for people: what is well in one line each, the rest with what was expected and what to do. */
function table(findings: readonly Finding[]): string {
  const marks = { ok: pc.green("ok"), note: pc.dim("note"), warning: pc.yellow("warning"), fault: pc.red("FAULT") };
  const width = Math.min(process.stdout.columns > 0 ? process.stdout.columns : 160, 200);
  const rows = new Table({
    head: ["where", "check", "", "found; expected; what to do"],
    colWidths: [22, 36, 9, Math.max(30, width - 22 - 36 - 9 - 5)],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  });
  for (const { where, check, state, found, expected, remedy } of findings)
    rows.push([
      where,
      check,
      marks[state],
      state === "ok" || state === "note" ? found : `${found}\nexpected: ${expected}\n${pc.bold(remedy)}`,
    ]);
  const count = (state: Finding["state"]): number => findings.filter((finding) => finding.state === state).length;
  const few = (found: number, noun: string): string => `${found} ${noun}${found === 1 ? "" : "s"}`;
  return `${rows.toString()}\n${few(count("fault"), "fault")}, ${few(count("warning"), "warning")}, ${few(findings.length, "check")}`;
}
