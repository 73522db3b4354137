import type { Plan } from "../../inventory/schema/plan.ts";
import { HARD, type Link } from "./link.ts";

/** What the plan says of VMs that belong together: who waits for whom must be in the same wave. */
export function planLinks({ waves }: Pick<Plan, "waves">, known: ReadonlySet<string>): Link[] {
  return Object.values(waves).flatMap(({ vms }) =>
    Object.entries(vms).flatMap(([key, { dependsOn = [] }]): Link[] =>
      [...new Set(dependsOn)]
        .filter((need) => need !== key && known.has(need) && known.has(key))
        .map((need) => ({
          tier: HARD,
          kind: "dependency",
          name: `of ${key} on ${need}`,
          vms: [key, need].sort(),
        })),
    ),
  );
}
