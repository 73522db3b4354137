import type { Difference } from "../drift.ts";
import type { PlannedVm } from "../../inventory/schema/wave.ts";
import type { Rule, WaveView } from "./rule.ts";

export const serverTouched: Rule = {
  id: "server.touched",
  category: "Warning",
  label: "A running server would be changed",
  why: "The operator should know before `up` what an edit of the plan does to a server that people use.",
  check: (view) =>
    view.file.vms
      .filter(({ key, phase }) => phase !== "absent" && view.edits.get(key)?.hasServer === true)
      .map((vm) => ({ vm, effects: effectsOn(vm, view) }))
      .filter(({ effects }) => effects.length > 0)
      .map(({ vm, effects }) => ({ vm: vm.key, assessment: `with this plan, up ${effects.join("; ")}` })),
};

/** What happens to the server, most drastic first. */
function effectsOn(vm: PlannedVm, { edits }: WaveView): string[] {
  if (!vm.boot || vm.phase === "precopy") {
    const why = vm.boot ? "phase: precopy" : vm.bootReason;
    return [
      `DELETES the server (${why}); its volumes stay. To keep it say boot: true (and phase: cutover) in the plan`,
    ];
  }
  const changes = edits.get(vm.key)?.changes ?? [];
  const hardware = changes.filter(({ what }) => what.startsWith("image property "));
  const made = hardware.length === 0 ? [] : [`makes the server ANEW on its volumes and ports (${list(hardware)})`];
  return [...made, ...changes.flatMap(effectOf)];
}

function effectOf(change: Difference): string[] {
  const { what, before, after } = change;
  const edit = `${before ?? "none"} -> ${after ?? "none"}`;
  if (what === "flavor") return [`RESIZES the server, which restarts (${edit})`];
  if (what === "name") return [`renames the server (${edit}), not its guest`];
  if (/^nic \d+ addresses$/.test(what))
    return [`gives the port other addresses at once (${what}: ${edit}): change them in the guest too`];
  if (/^nic \d+ (security groups|allowed address pairs|link)$/.test(what)) return [`changes ${what} at once (${edit})`];
  return [];
}

function list(changes: readonly Difference[]): string {
  return changes.map(({ what, before, after }) => `${what}: ${before ?? "none"} -> ${after ?? "none"}`).join(", ");
}
