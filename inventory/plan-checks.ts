import type { FaultAt } from "./checked-file.ts";
import type { Fault } from "./fault.ts";
import { checkReferences } from "./plan-references.ts";
import { checkSecurityGroups } from "./plan-security-groups.ts";
import type { Check, Plan } from "./schema/plan.ts";
import type { Path } from "./source-document.ts";

/** Faults of a plan that its schema cannot tell and that need neither estate nor cloud. */
export function checkPlan(plan: Plan, fault: FaultAt): Fault[] {
  return [
    ...checkReferences(plan, fault),
    ...checkSecurityGroups(plan, fault),
    ...checkTemplates(plan, fault),
    ...checkChecks(plan, fault),
  ];
}

const vmFields = ["name", "key", "wave"];

function checkTemplates({ names }: Plan, fault: FaultAt): Fault[] {
  return Object.entries(names).flatMap(([what, template]) => {
    const known = what === "server" || what === "image" ? vmFields : [...vmFields, "label", "deviceKey"];
    const unknown = [...template.matchAll(/\{([^{}]*)\}/g)]
      .map(([, field = ""]) => field)
      .filter((f) => !known.includes(f));
    return unknown.map((field) =>
      fault(["names", what], `fields ${known.map((f) => `{${f}}`).join(", ")}`, `replace {${field}}`),
    );
  });
}

function checkChecks({ waves }: Plan, fault: FaultAt): Fault[] {
  return Object.entries(waves).flatMap(([name, { defaults, vms }]) => [
    ...ofList(defaults?.checks, ["waves", name, "defaults", "checks"], fault),
    ...Object.entries(vms).flatMap(([key, vm]) => ofList(vm.checks, ["waves", name, "vms", key, "checks"], fault)),
  ]);
}

function ofList(checks: readonly Check[] = [], path: Path, fault: FaultAt): Fault[] {
  return checks.flatMap((check, index) => {
    if (check.kind === "console" && !isPattern(check.pattern)) {
      return [
        fault([...path, index, "pattern"], "a JavaScript regular expression", "correct it, or escape it with \\"),
      ];
    }
    if (check.kind === "http" && !URL.canParse(check.url.replaceAll("{address}", "192.0.2.1"))) {
      return [fault([...path, index, "url"], "a URL such as http://{address}:8080/health", "correct the value")];
    }
    return [];
  });
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
