import assert from "node:assert/strict";
import { expectNotAccepted } from "../../cli/accepted.ts";
import { UserError } from "../../cli/failure.ts";
import { parseStackState } from "../../cli/stack-state.ts";
import type { AskStorage } from "../../cli/storage-facts.ts";
import { sampleWave } from "../components/sample-wave.ts";

const at = (type: string, name: string, more: object = {}) => ({
  ...{ urn: `urn:pulumi:w1::wavelift::wavelift:index:X$${type}::${name}`, type, ...more },
});
const vm = (key: string, phase: string): object[] => [
  at("wavelift:index:MigratedServer", key),
  at("openstack:blockstorage/volume:Volume", `${key}-disk-2000`, { id: `${key}-volume` }),
  at("command:local:Command", `${key}-seal`, {
    ...{ id: `${key}-seal`, inputs: { stdin: JSON.stringify({ vm: key, target: "lab", cloud: "lab-entry", phase }) } },
  }),
];
const state = parseStackState(
  JSON.stringify({
    deployment: { resources: [...vm("a", "accepted"), ...vm("b", "cutover"), ...vm("c", "accepted")] },
  }),
);
const image = (ledger: string) => ({ ledger, hasData: true, snapshots: 0, isClone: false, watchers: [] });

/** A conversion host on which these volumes' ledgers say this; all else is sealed. */
function host(ledgers: Readonly<Record<string, string>>, asked: string[] = []): AskStorage {
  return (_, job) => {
    const ids = "volumeIds" in job ? job.volumeIds : [];
    asked.push(`${job.target} ${"cloud" in job ? job.cloud : ""} ${ids.join()}`);
    const images = ids.map((volumeId) => ({ volumeId, image: image(ledgers[volumeId] ?? "sealed"), fault: null }));
    return Promise.resolve({ images, trash: [], purged: [] });
  };
}
const wave = (absent: readonly string[]) => {
  const [planned] = sampleWave.vms;
  assert.ok(planned);
  const vms = ["a", "b", "c"].map((key) => ({
    ...planned,
    key,
    phase: absent.includes(key) ? ("absent" as const) : planned.phase,
  }));
  return { stack: "w1", wave: "w1", file: { ...sampleWave, vms } };
};
const both = { "a-volume": "accepted", "c-volume": "accepted" };

async function refusal(verb: "up" | "destroy", absent: readonly string[], ask: AskStorage): Promise<string | null> {
  try {
    await expectNotAccepted(verb, wave(absent), state, ask);
    return null;
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.exitCode, 2);
    return error.message;
  }
}

describe("before anything of an accepted VM goes", () => {
  it("a destroy is refused as a whole, with the way on for the VMs that are not accepted", async () => {
    const said = await refusal("destroy", [], host(both));
    assert.match(said ?? "", /^Stack w1 is not destroyed:\n {2}a: rollback is over: it was accepted\n {2}c: /);
    assert.match(said ?? "", /Nothing was removed\./);
    assert.match(said ?? "", /To roll back the others \(b\): phase: absent, wavelift plan w1, wavelift up w1\./);
  });

  it("an up is refused that would take one back, and no other", async () => {
    assert.match(
      (await refusal("up", ["a"], host(both))) ?? "",
      /^Wave w1 is stopped:\n {2}a: rollback is over[^]*Nothing/,
    );
    assert.equal(await refusal("up", ["b"], host(both)), null);
    assert.equal(await refusal("up", [], host(both)), null);
  });

  it("the ledgers decide, and only those of accepted VMs are read: what was taken back by hand may go", async () => {
    const asked: string[] = [];
    assert.equal(await refusal("destroy", [], host({}, asked)), null);
    assert.deepEqual(asked, ["lab lab-entry a-volume", "lab lab-entry c-volume"]);
  });

  it("disks that cannot be looked at are kept", async () => {
    const said = await refusal("destroy", [], () => Promise.resolve({ fault: "no route to Ceph" }));
    assert.match(
      said ?? "",
      /a: rollback is over: the state says that it was accepted, and its disks cannot be looked at: no route/,
    );
    const images = [{ volumeId: "a-volume", image: null, fault: "timed out" }];
    const unread = await refusal("destroy", [], () => Promise.resolve({ images, trash: [], purged: [] }));
    assert.match(unread ?? "", /cannot be read: timed out/);
  });
});
