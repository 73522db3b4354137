import assert from "node:assert/strict";
import { idleNodes, judgeSlurm, nodesOf, parseNodes, slurmFacts, type SlurmFacts } from "../../cli/doctor/slurm.ts";
import { whichHosts } from "../../cli/doctor/which.ts";
import { SlurmRunner } from "../../conversion/runner/slurm-settings.ts";
import { Settings } from "../../conversion/settings.ts";

const runner = SlurmRunner.parse({
  ...{ kind: "slurm", partition: "copy", shortPartition: "short" },
  licenses: { esxiHost: "esxi-{name}", datastore: "ds-{name}" },
});
const NODES = `conv1|idle|copy*|none
conv1|idle|short|none
conv2|mixed|copy*|none
conv3|down*|copy*|Not responding
conv4|drained|short|new disk | fan
other|idle|gpu|none
`;
const facts: SlurmFacts = {
  nodes: parseNodes(NODES),
  licenses: new Map([
    ["esxi-esx01", 10],
    ["ds-gold", 4],
  ]),
  config: new Map([
    ["SlurmdTimeout", "60 sec"],
    ["InactiveLimit", "120 sec"],
    ["PriorityType", "priority/basic"],
  ]),
};
const sources = { esxiHosts: ["ESX01"], datastores: ["gold"] };
const bad = (change: Partial<SlurmFacts>, asked = sources, which = runner): string[] =>
  judgeSlurm(which, { ...facts, ...change }, asked).flatMap(({ where, check, state, found, remedy }) =>
    state === "fault" || state === "warning" ? [`${state} ${where}, ${check}: ${found} -> ${remedy}`] : [],
  );

describe("doctor of a Slurm pool", () => {
  it("looks at the nodes of the runner's partitions that take jobs now", () => {
    const nodes = nodesOf(runner, facts);
    assert.deepEqual(
      nodes.map(({ name }) => name),
      ["conv1", "conv2", "conv3", "conv4"],
    );
    assert.deepEqual(idleNodes(nodes), ["conv1", "conv2"]);
    const all = nodesOf(SlurmRunner.parse({ kind: "slurm" }), facts).map(({ name }) => name);
    assert.deepEqual(all, ["conv1", "conv2", "conv3"]);
  });

  it("says of each node that takes none why", () => {
    const [first, second, ...others] = bad({});
    assert.match(first ?? "", /^warning conv3, state: down\*: Not responding -> See `sinfo -R`/);
    assert.match(second ?? "", /^warning conv4, state: drained: new disk \| fan/);
    assert.deepEqual(others, []);
    const none = bad({ nodes: facts.nodes.filter(({ name }) => name === "conv3") });
    assert.match(none.join("\n"), /fault the Slurm pool, nodes: 1 down\*/);
  });

  it("finds licences that are missing, and partitions", () => {
    const found = bad({}, { esxiHosts: ["esx01", "esx02"], datastores: ["gold", "old silver"] }).join("\n");
    assert.match(found, /fault the Slurm pool, licences of ESXi hosts: not there: esxi-esx02 -> .*esxi-esx02:10/);
    assert.match(found, /licences of datastores: not there: ds-old_silver/);
    const elsewhere = bad({}, sources, { ...runner, partition: "copies" }).join("\n");
    assert.match(elsewhere, /fault the Slurm pool, partition copies: Slurm knows copy, short, gpu/);
  });

  it("warns of times and priorities that do not serve", () => {
    const config = new Map([
      ["SlurmdTimeout", "900 sec"],
      ["InactiveLimit", "0 sec"],
      ["PriorityType", "priority/multifactor"],
      ["PriorityWeightAge", "1000"],
      ["PriorityWeightTRES", "(null)"],
    ]);
    const found = bad({ config }).join("\n");
    for (const part of [
      /SlurmdTimeout: 900 sec/,
      /InactiveLimit: 0 sec/,
      /largest first: priority\/multifactor.* 1000/,
    ])
      assert.match(found, part);
  });

  it("a controller that does not answer is the only finding", async () => {
    const silent = await slurmFacts(runner, {}, () => Promise.resolve(null));
    assert.equal(silent, null);
    assert.deepEqual(
      judgeSlurm(runner, silent, sources).map(({ state, check }) => `${state} ${check}`),
      ["fault controller"],
    );
  });

  it("takes the name of a node on the command line", () => {
    const settings = Settings.parse({ version: 1, datastores: {}, storage: {}, runner });
    const runners = (argument: string) => whichHosts(argument, settings).map((host) => host.settings.runner);
    assert.deepEqual(runners("conv3"), [{ ...runner, only: "conv3" }]);
    assert.deepEqual(runners("local"), [{ kind: "local" }]);
    assert.equal(runners("root@conv3")[0]?.kind, "ssh");
    assert.throws(() => runners("-w"), /names no conversion host/);
  });
});
