import { causeOf, causeOfViolation, type Cause } from "./causes.ts";
import type { RunEvent } from "./event-log.ts";
import { stageMessage } from "./message.ts";
import type { WaveEntry } from "../planning/wave-entries.ts";
import { expectedOf, resourceName, type ResourceName } from "./resource-name.ts";

/** Something of a VM that failed. */
export interface FailedPart extends Cause {
  /** Resource name, as Pulumi shows it. */
  readonly resource: string;
  readonly kind: ResourceName["kind"];
  /** For people: "port of NIC 4000". */
  readonly what: string;
  /** All that was said, in full. */
  readonly error: string;
}

/** How far a VM has come: `waiting` needs another VM first; `left` was not finished because the run ended before. */
export interface VmOutcome {
  readonly vm: string;
  readonly state: "done" | "failed" | "waiting" | "left";
  readonly failures: readonly FailedPart[];
  /** Keys of the VMs that it waits for. */
  readonly waitsFor: readonly string[];
}

export interface Outcome {
  /** False when the engine was killed: then only what is known is told. */
  readonly finished: boolean;
  /** Sorted by key. */
  readonly vms: readonly VmOutcome[];
  /** What failed and belongs to no VM: shared groups, the program itself. */
  readonly others: readonly FailedPart[];
}

/** Keys of the VMs that one depends on; a template depends on none. */
const needsOf = (entry: WaveEntry | undefined): string[] =>
  entry !== undefined && "dependsOn" in entry ? [...entry.dependsOn] : [];

/** What the engine says at the end of any run with a failure. */
const GENERAL = /^\s*(?:update|destroy) (?:failed|canceled)\s*$/;

/** Launchers that were ended on request: nothing failed (conversion/exit-codes.ts). */
const CANCELLED = 130;

/**
 * What a run has made of each VM. Pure.
 * @param vms the wave file's VMs; a VM that is not in it any more is known by its events
 */
export function outcomeOf(verb: "up" | "destroy", events: readonly RunEvent[], vms: readonly WaveEntry[]): Outcome {
  // Only previewed, and then not agreed to, or stopped by what the preview printed: nothing was run.
  if (events.some(({ kind }) => kind === "previewed") && !events.some(({ kind }) => kind === "end"))
    return { finished: true, vms: [], others: [] };
  const finished = events.some(({ kind }) => kind === "end");
  const { failed, others } = failuresOf(events);
  const done = stepsOf(events, "done");
  const touched = new Set([...stepsOf(events, "begun").keys(), ...failed.keys()]);
  const planned = new Map(vms.map((vm) => [vm.key, vm]));
  const all = [...new Set([...planned.keys(), ...touched])].sort();
  const complete = (vm: string): boolean => {
    if (failed.has(vm)) return false;
    const plan = planned.get(vm);
    if (verb === "up" && plan !== undefined && plan.phase !== "absent") {
      const made = done.get(vm) ?? new Set();
      return expectedOf(plan).every((what) => made.has(`make ${what}`));
    }
    // The component itself is what goes last.
    return finished && (!touched.has(vm) || done.get(vm)?.has(`delete vm ${vm}`) === true);
  };
  const completed = new Set(all.filter(complete));
  const needs = (vm: string): string[] =>
    verb === "up" ? needsOf(planned.get(vm)) : vms.filter((other) => needsOf(other).includes(vm)).map(({ key }) => key);
  const waitsFor = (vm: string): string[] => needs(vm).filter((other) => !completed.has(other));
  /** Whether a chain of waiting VMs ends at one that failed. */
  const blocked = (vm: string, seen: ReadonlySet<string> = new Set()): boolean =>
    waitsFor(vm).some((other) => failed.has(other) || (!seen.has(other) && blocked(other, new Set([...seen, vm]))));
  const shown = all.filter((vm) => {
    if (touched.has(vm) || blocked(vm)) return true;
    const plan = planned.get(vm);
    if (verb === "destroy") return !finished;
    return plan !== undefined && plan.phase !== "absent" && !plan.exclude;
  });
  return {
    finished,
    others,
    vms: shown.map((vm): VmOutcome => {
      const failures = failed.get(vm) ?? [];
      if (failures.length > 0) return { vm, state: "failed", failures, waitsFor: [] };
      if (completed.has(vm)) return { vm, state: "done", failures: [], waitsFor: [] };
      if (blocked(vm)) return { vm, state: "waiting", failures: [], waitsFor: waitsFor(vm) };
      return { vm, state: "left", failures: [], waitsFor: [] };
    }),
  };
}

/** Per VM: "make KIND NAME" or "delete KIND NAME" of the steps. A replacement's last step is the making. */
function stepsOf(events: readonly RunEvent[], kind: "begun" | "done"): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const event of events) {
    if (event.kind !== kind) continue;
    const { vm, kind: what, name } = resourceName(event.urn);
    if (vm === null) continue;
    const step = `${event.op.startsWith("delete") ? "delete" : "make"} ${what} ${name}`;
    names.set(vm, (names.get(vm) ?? new Set()).add(step));
  }
  return names;
}

/** The failed parts, by VM; what was ended on request is none. */
function failuresOf(events: readonly RunEvent[]): {
  readonly failed: ReadonlyMap<string, readonly FailedPart[]>;
  readonly others: readonly FailedPart[];
} {
  const said = new Map<string, string[]>();
  const violations = new Map<string, string[]>();
  for (const event of events) {
    if (event.kind === "failed") said.set(event.urn, said.get(event.urn) ?? []);
    if (event.kind === "error" && !(event.urn === "" && GENERAL.test(event.message)))
      said.set(event.urn, [...(said.get(event.urn) ?? []), event.message]);
    if (event.kind === "violation") violations.set(event.urn, [...(violations.get(event.urn) ?? []), event.message]);
  }
  const failed = new Map<string, FailedPart[]>();
  const others: FailedPart[] = [];
  const add = (urn: string, messages: readonly string[], cause: (resource: ResourceName) => Cause): void => {
    const resource = resourceName(urn);
    const part = {
      resource: resource.name,
      kind: resource.kind,
      what: resource.label,
      error: messages.join("\n").trim(),
    };
    if (resource.vm === null) others.push({ ...part, ...cause(resource) });
    else failed.set(resource.vm, [...(failed.get(resource.vm) ?? []), { ...part, ...cause(resource) }]);
  };
  for (const [urn, messages] of said)
    if (stageMessage(messages.at(-1) ?? "", [])?.exitStatus !== CANCELLED)
      add(urn, messages, (resource) => causeOf(resource, messages));
  for (const [urn, messages] of violations) add(urn, messages, ({ vm }) => causeOfViolation(vm, messages.at(-1) ?? ""));
  return { failed, others };
}
