import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { project } from "../../cli/project.ts";
import { PlannedVm } from "../../inventory/schema/wave.ts";
import { readEvent, type RunEvent } from "../../outcome/event-log.ts";
import { outcomeOf, type Outcome } from "../../outcome/outcome.ts";
import { outcomeJson, outcomeLines } from "../../outcome/show.ts";
import { sampleWave } from "../components/sample-wave.ts";

const eventsOf = (lines: readonly string[]): RunEvent[] =>
  lines.map(readEvent).filter((event): event is RunEvent => event !== null);
const fixture = (name: string): string[] =>
  readFileSync(path.join(project, "test/cli/fixtures", name), "utf8").split("\n");

/** A VM of the recorded wave (test/lab/failures.test.ts): one disk, one NIC unless it is told otherwise. */
function planned(key: string, change: Partial<PlannedVm> = {}): PlannedVm {
  const [sample] = sampleWave.vms;
  const [disk] = sample?.disks ?? [];
  const [nic] = sample?.nics ?? [];
  assert.ok(sample !== undefined && disk !== undefined && nic !== undefined);
  return PlannedVm.parse({
    ...sample,
    key,
    phase: "cutover",
    boot: false,
    dependsOn: [],
    disks: [{ ...disk, deviceKey: 2000, key: `${key}-disk-2000` }],
    nics: [{ ...nic, deviceKey: 4000, key: `${key}-nic-4000` }],
    ...change,
  });
}
const wave = [
  ...["cut", "good2", "portused", "volerr", "volquota"].map((key) => planned(key)),
  ...["good1", "noroom", "silent", "srvquota"].map((key) => planned(key, { boot: true })),
  planned("waits", { boot: true, nics: [], dependsOn: ["silent"] }),
];
const up = (lines: readonly string[], vms: readonly PlannedVm[] = wave): Outcome =>
  outcomeOf("up", eventsOf(lines), vms);
const states = ({ vms }: Outcome): Record<string, string> =>
  Object.fromEntries(vms.map(({ vm, state }) => [vm, state]));

describe("the outcome of an up, from the engine's events", () => {
  const recorded = fixture("up-with-failures.jsonl");

  it("tells failed, waiting and done VMs apart", () => {
    const failed = Object.fromEntries(
      ["cut", "noroom", "portused", "silent", "srvquota", "volerr", "volquota"].map((vm) => [vm, "failed"]),
    );
    assert.deepEqual(states(up(recorded)), { ...failed, good1: "done", good2: "done", waits: "waiting" });
  });

  it("is one line per VM that is not done, then the counts, then how to go on", () => {
    const lines = outcomeLines("up", "w1", up(recorded));
    assert.equal(lines.length, 10, lines.join("\n"));
    for (const line of lines.slice(0, 8)) assert.doesNotMatch(line, /[\n\r]/);
    assert.match(lines.join("\n"), /^ {2}waits {5}waits for silent/m);
    assert.match(lines.join("\n"), /^ {2}cut {7}failed: source: .* Read the estate again and plan again\.$/m);
    assert.equal(lines[8], "10 VMs: 2 done, 7 failed, 1 waiting.");
    assert.match(lines[9] ?? "", /^Go on with: wavelift up w1 /);
  });

  it("says what is known when the engine was killed and its log is cut in the middle of a line", () => {
    const cut = recorded.slice(0, Math.floor(recorded.length / 2));
    const outcome = up([...cut, '{"sequence":99,"resOutputsEvent":{"metadata":{"op":"cre']);
    assert.equal(outcome.finished, false);
    assert.ok(Object.values(states(outcome)).includes("left"));
    assert.equal(states(outcome)["volquota"], "failed");
    assert.match(outcomeLines("up", "w1", outcome)[0] ?? "", /cut off/);
    assert.deepEqual(states(up([])), Object.fromEntries(wave.map(({ key }) => [key, "left"])));
  });

  it("never calls a VM done of which something is missing", () => {
    const unsealed = recorded.filter((line) => !/"resOutputsEvent".*::good2-seal"/.test(line));
    assert.notEqual(unsealed.length, recorded.length);
    assert.equal(states(up(unsealed))["good2"], "left");
    const unready = recorded.filter((line) => !/"resOutputsEvent".*::good1-ready"/.test(line));
    assert.equal(states(up(unready))["good1"], "left");
    const serverless = recorded.filter((line) => !/"resOutputsEvent".*Instance::good1"/.test(line));
    assert.equal(states(up(serverless))["good1"], "left");
  });

  it("follows a chain of VMs that wait for each other to the one that failed", () => {
    const chain = [...wave, planned("last", { dependsOn: ["waits"] })];
    const last = up(recorded, chain).vms.find(({ vm }) => vm === "last");
    assert.deepEqual([last?.state, last?.waitsFor], ["waiting", ["waits"]]);
  });

  it("leaves out what the wave does not declare", () => {
    const more = [...wave, planned("later", { exclude: true }), planned("gone", { phase: "absent" })];
    assert.deepEqual(Object.keys(states(up(recorded, more))), wave.map(({ key }) => key).sort());
  });

  it("does not call a launcher failed that was ended on request", () => {
    const interrupted = recorded.map((line) =>
      line.replace('exit status 2: running \\"source\\"', 'exit status 130: running \\"source\\"'),
    );
    assert.notDeepEqual(interrupted, recorded);
    assert.equal(states(up(interrupted))["cut"], "left");
  });

  it("takes nothing from a preview", () => {
    const preview = recorded.map((line) =>
      line
        .replace(/"(resourcePreEvent|resOutputsEvent)":\{/, '"$1":{"planning":true,')
        .replace('"isPreview":false', '"isPreview":true'),
    );
    assert.deepEqual(up(preview), { finished: true, vms: [], others: [] });
    assert.deepEqual(outcomeLines("up", "w1", up(preview)), []);
    const killed = up(preview.filter((line) => !line.includes('"summaryEvent"')));
    assert.ok(!Object.values(states(killed)).includes("done"), "a preview that was killed has done nothing");
  });

  it("tells a program that stopped the run once, not once per VM", () => {
    const stack = "urn:pulumi:w1::wavelift::pulumi:pulumi:Stack::wavelift-w1";
    const lines = [
      JSON.stringify({
        diagnosticEvent: { urn: stack, message: "Wave w1 is stopped by 1 concern:\n  x", severity: "error" },
      }),
      JSON.stringify({ diagnosticEvent: { message: "update failed", severity: "error" } }),
      JSON.stringify({ summaryEvent: { isPreview: false } }),
    ];
    assert.deepEqual(outcomeLines("up", "w1", up(lines)).slice(0, 2), [
      "  the program: Wave w1 is stopped by 1 concern: Mend what is said above, then run again.",
      "10 VMs: 0 done, 10 left for the next up.",
    ]);
  });

  it("knows no VM in the estate's own stack, whose guards are Commands too, and tells a failed one by its name", () => {
    const guard = "urn:pulumi:prod::wavelift::wavelift:index:EstateGroups$command:local:Command::guard-target-lab";
    const made = ["resourcePreEvent", "resOutputsEvent"].map((event) => ({
      [event]: { metadata: { op: "create", urn: guard } },
    }));
    const end = { summaryEvent: { isPreview: false } };
    const told = (...events: object[]) =>
      outcomeLines(
        "up",
        "prod",
        up(
          events.map((event) => JSON.stringify(event)),
          [],
        ),
      );
    assert.deepEqual(told(...made, end), []);
    const failed = {
      diagnosticEvent: { urn: guard, message: 'exit status 2: running "guard" failed', severity: "error" },
    };
    assert.match(told(failed, end).join("\n"), /^ {2}guard-target-lab: .*\nGo on with: wavelift up prod /);
  });

  it("gives a program the same as JSON, with the error in full", () => {
    const json = JSON.stringify(outcomeJson("up", "w1", 1, up(recorded)));
    assert.match(json, /"counts":\{"done":2,"failed":7,"waiting":1,"left":0\}/);
    assert.match(json, /"error":"[^"]*unexpected state 'ERROR'/);
  });
});

describe("the outcome of a destroy", () => {
  const recorded = fixture("destroy.jsonl");
  const destroyed = (lines: readonly string[]): Outcome => outcomeOf("destroy", eventsOf(lines), wave);

  it("calls a VM done when its component is gone, the last of it", () => {
    assert.deepEqual(states(destroyed(recorded)), Object.fromEntries(wave.map(({ key }) => [key, "done"])));
    assert.deepEqual(outcomeLines("destroy", "w1", destroyed(recorded)), ["10 VMs: 10 done."]);
  });

  it("tells a server that cannot be removed, and that the VM it depends on waits", () => {
    const gone = /"resOutputsEvent".*(::silent|::silent-[a-z0-9-]+|::waits|::waits-[a-z0-9-]+)"/;
    const urn = /"urn":"([^"]*Instance::)good1"/.exec(recorded.join("\n"))?.[1];
    const failed = {
      diagnosticEvent: {
        urn: `${urn ?? ""}waits`,
        message: "deleting urn:x: 1 error occurred:\n\t* Error detaching openstack_compute_instance_v2 1: no",
        severity: "error",
      },
    };
    const outcome = destroyed([...recorded.filter((line) => !gone.test(line)), JSON.stringify(failed)]);
    assert.equal(states(outcome)["waits"], "failed");
    assert.equal(states(outcome)["silent"], "waiting");
    assert.match(
      outcomeLines("destroy", "w1", outcome).join("\n"),
      /waits {3}failed: server: the server does not let go of its port/,
    );
  });
});
