import type { PlannedVm } from "../../inventory/schema/wave.ts";
import type { Finding, Rule, WaveView } from "./rule.ts";

export const dependencyMissing: Rule = {
  id: "dependency.missing",
  category: "Critical",
  label: "VM waits for one that has no server",
  why: "Its server waits for the other's stage `ready`, which never comes.",
  hard: true,
  check: (view) =>
    view.checked.flatMap(({ key, decisions: { dependsOn = [] } }) =>
      [...new Set(dependsOn)].flatMap((need): Finding[] => {
        const why = noServer(view, need);
        if (why === null) return [];
        const assessment = `depends on ${need}, which ${why}: take it out of dependsOn, or change that`;
        // A VM that gets no server yet waits for nobody: it may copy.
        return [{ vm: key, assessment, ...(noServer(view, key) === null ? {} : { category: "Information" }) }];
      }),
    ),
};

/** Why the VM has no server in this wave, or null when it has one. */
function noServer(view: WaveView, key: string): string | null {
  if (!view.subjects.some((subject) => subject.key === key)) return "is no VM of this wave";
  const vm = view.file.vms.find((one) => one.key === key);
  if (vm === undefined) return "cannot be planned";
  return withoutServer(vm, view.begun.has(key));
}

function withoutServer({ exclude, phase, boot }: PlannedVm, begun: boolean): string | null {
  if (exclude && !begun) return "is left out of the wave (exclude)";
  if (phase === "absent" || phase === "precopy") return `is in phase ${phase}`;
  return boot ? null : "is not booted (boot: false)";
}
