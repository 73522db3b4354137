import { askSlurm, type AskSlurm } from "../../conversion/runner/slurm-queue.ts";
import { slurmEnvironment } from "../../conversion/runner/slurm-command.ts";
import { licenseName, parseLicenses } from "../../conversion/runner/slurm-licenses.ts";
import type { SlurmRunner } from "../../conversion/runner/slurm-settings.ts";
import { fine, type Finding } from "./finding.ts";

const WHERE = "the Slurm pool";

/** What a Slurm pool says of itself; null where its controller does not answer. */
export interface SlurmFacts {
  readonly nodes: readonly SlurmNode[];
  readonly licenses: ReadonlyMap<string, number>;
  /** Lines of `scontrol show config`. */
  readonly config: ReadonlyMap<string, string>;
}

export interface SlurmNode {
  readonly name: string;
  /** As sinfo says it: idle, mixed, allocated, down, drained... with marks behind it (`*`: does not answer). */
  readonly state: string;
  readonly partition: string;
  readonly isDefault: boolean;
  readonly reason: string;
}

/** What copies take licences for. */
export interface Sources {
  readonly esxiHosts: readonly string[];
  readonly datastores: readonly string[];
}

/** Asks the pool's controller. */
export async function slurmFacts(
  runner: SlurmRunner,
  env: NodeJS.ProcessEnv,
  ask: AskSlurm = askSlurm(slurmEnvironment(runner, env)),
): Promise<SlurmFacts | null> {
  const [nodes, licenses, config] = await Promise.all([
    ask("sinfo", ["--noheader", "--Node", "--format=%N|%T|%P|%E"]),
    ask("scontrol", ["show", "licenses"]),
    ask("scontrol", ["show", "config"]),
  ]);
  if (nodes === null || licenses === null || config === null) return null;
  return { nodes: parseNodes(nodes), licenses: parseLicenses(licenses), config: parseConfig(config) };
}

export const parseNodes = (text: string): SlurmNode[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name = "", state = "", partition = "", ...reason] = line.split("|");
      const isDefault = partition.endsWith("*");
      return { name, state, partition: partition.replace("*", ""), isDefault, reason: reason.join("|") };
    });

const parseConfig = (text: string): Map<string, string> =>
  new Map([...text.matchAll(/^(\S+)\s*= (.*)$/gm)].map(([, name = "", value = ""]) => [name, value.trim()]));

/** Nodes of the runner's partitions, each once. */
export const nodesOf = (runner: SlurmRunner, { nodes }: SlurmFacts): SlurmNode[] => {
  const { partition, shortPartition = partition } = runner;
  const isOurs = (node: SlurmNode): boolean =>
    partition === undefined || shortPartition === undefined
      ? node.isDefault || node.partition === (partition ?? shortPartition)
      : [partition, shortPartition].includes(node.partition);
  return [...new Map(nodes.filter(isOurs).map((node) => [node.name, node])).values()];
};

/** Nodes that a look can be sent to at once. */
export const idleNodes = (nodes: readonly SlurmNode[]): string[] =>
  nodes.filter(({ state }) => /^(idle|mixed)[+~%]?$/.test(state)).map(({ name }) => name);

const isUsable = ({ state }: SlurmNode): boolean => /^(idle|mixed|allocated|completing)[+~%]?$/.test(state);

/** Judges what the pool says of itself. Pure. */
export function judgeSlurm(runner: SlurmRunner, facts: SlurmFacts | null, sources: Sources): Finding[] {
  const check = "controller";
  const expected = "slurmctld answers";
  if (facts === null)
    return [
      {
        ...{ where: WHERE, check, state: "fault", found: "it does not answer", expected },
        remedy:
          "See `scontrol ping`: is slurm-client installed here, does this machine's slurm.conf (`conf` of the runner, else SLURM_CONF, " +
          "else /etc/slurm/slurm.conf) name the controller, and is the munge key the same?",
      },
    ];
  return [
    fine(WHERE, check, "answers", expected),
    ...judgePartitions(runner, facts),
    ...judgeNodes(nodesOf(runner, facts)),
    ...judgeLicenses(runner, facts.licenses, sources),
    ...judgeConfig(runner, facts.config),
  ];
}

function judgePartitions(runner: SlurmRunner, facts: SlurmFacts): Finding[] {
  const known = [...new Set(facts.nodes.map(({ partition }) => partition))];
  return [...new Set([runner.partition, runner.shortPartition])].flatMap((name): Finding[] => {
    if (name === undefined || known.includes(name)) return [];
    const remedy = "Mend `partition` or `shortPartition` of the runner in runners.yaml.";
    const found = `Slurm knows ${known.join(", ")}`;
    return [{ where: WHERE, check: `partition ${name}`, state: "fault", found, expected: "it is there", remedy }];
  });
}

function judgeNodes(nodes: readonly SlurmNode[]): Finding[] {
  const check = "nodes";
  const expected = "nodes that take jobs";
  const usable = nodes.filter(isUsable);
  const states = [...new Set(nodes.map(({ state }) => state))].map(
    (state) => `${nodes.filter((node) => node.state === state).length} ${state}`,
  );
  const found = nodes.length === 0 ? "there are none" : states.join(", ");
  const remedy =
    "See `sinfo -R`; a node that is mended is taken again with `scontrol update nodename=NAME state=resume`.";
  return [
    usable.length > 0
      ? fine(WHERE, check, found, expected)
      : { where: WHERE, check, state: "fault", found, expected, remedy },
    ...nodes
      .filter((node) => !isUsable(node))
      .map(({ name, state, reason }): Finding => ({
        ...{
          where: name,
          check: "state",
          state: "warning",
          found: `${state}: ${reason}`,
          expected: "idle, mixed or allocated",
        },
        remedy,
      })),
  ];
}

function judgeLicenses(runner: SlurmRunner, known: ReadonlyMap<string, number>, sources: Sources): Finding[] {
  const { esxiHost, datastore } = runner.licenses;
  const kinds = [
    { what: "ESXi hosts", field: "esxiHost", pattern: esxiHost, names: sources.esxiHosts },
    { what: "datastores", field: "datastore", pattern: datastore, names: sources.datastores },
  ];
  return kinds.map(({ what, field, pattern, names }): Finding => {
    const check = `licences of ${what}`;
    if (pattern === undefined) {
      const found = `none: nothing limits how many disks are read from one of them at once`;
      const remedy = `To limit it: \`licenses: { ${field}: "...-{name}" }\` of the runner in runners.yaml, and the same names in slurm.conf.`;
      return { where: WHERE, check, state: "note", found, expected: "as wished", remedy };
    }
    const needed = [...new Set(names.map((name) => licenseName(pattern, name)))].sort();
    const missing = needed.filter((name) => (known.get(name) ?? 0) === 0);
    const expected = "one for each that the inventory or runners.yaml names";
    const found = needed.map((name) => `${name}:${known.get(name) ?? 0}`).join(", ");
    if (missing.length === 0) return fine(WHERE, check, found === "" ? "none are needed" : found, expected);
    const remedy =
      `Add to \`Licenses\` in slurm.conf: ${missing.map((name) => `${name}:10`).join(",")}, with the limit that you want for 10, ` +
      "then `scontrol reconfigure`. Until then disks that need one are not copied.";
    return { where: WHERE, check, state: "fault", found: `not there: ${missing.join(", ")}`, expected, remedy };
  });
}

/** A dead node keeps its licences for so long. */
const TIMEOUT_WARNING_SECONDS = 300;

function judgeConfig({ niceRange }: SlurmRunner, config: ReadonlyMap<string, string>): Finding[] {
  const seconds = (name: string): number => Number(/^\d+/.exec(config.get(name) ?? "")?.[0] ?? 0);
  const findings: Finding[] = [];
  const timeout = seconds("SlurmdTimeout");
  if (timeout === 0 || timeout > TIMEOUT_WARNING_SECONDS)
    findings.push({
      ...{ where: WHERE, check: "SlurmdTimeout", state: "warning", found: config.get("SlurmdTimeout") ?? "not set" },
      expected: `at most ${TIMEOUT_WARNING_SECONDS} s: so long a node that has died keeps its licences`,
      remedy: "Set it in slurm.conf, 60 say, then `scontrol reconfigure`.",
    });
  if (seconds("InactiveLimit") === 0)
    findings.push({
      ...{ where: WHERE, check: "InactiveLimit", state: "warning", found: config.get("InactiveLimit") ?? "not set" },
      expected: "a limit: without it a job whose srun has died while it waited keeps a node for good",
      remedy: "Set it in slurm.conf, 120 say, then `scontrol reconfigure`.",
    });
  const type = config.get("PriorityType") ?? "unknown";
  const weights = [...config].filter(([name]) => /^PriorityWeight[A-Za-z]+$/.test(name));
  const sum = weights.reduce((total, [, value]) => total + (Number(value) || 0), 0);
  const check = "largest first";
  if (niceRange > 0 && type === "priority/multifactor" && sum < niceRange)
    findings.push({
      ...{ where: WHERE, check, state: "warning", found: `${type}, whose weights add up to ${sum}` },
      expected: `weights above \`niceRange\`, ${niceRange}: below them a nice value takes a job's whole priority, and sizes do not count`,
      remedy: "Raise the PriorityWeight values in slurm.conf, or lower `niceRange` of the runner in runners.yaml.",
    });
  else findings.push(fine(WHERE, check, type, "a priority that nice values lower"));
  return findings;
}
