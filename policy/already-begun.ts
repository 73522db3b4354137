import type { ResourceValidationPolicy } from "@pulumi/policy";
import type { Gate } from "./gate.ts";

/** Violations of VMs that have begun, shown and not stopping: resume and rollback must stay possible. Must run last. */
export const alreadyBegun = (gate: Gate): ResourceValidationPolicy => ({
  name: "already-begun",
  description:
    "Shows violations of VMs whose migration has begun: they do not stop the run, so that it can be resumed.",
  enforcementLevel: "advisory",
  validateResource: (args, report) => {
    for (const warning of gate.takeWarnings(args.urn)) report(warning);
  },
});
