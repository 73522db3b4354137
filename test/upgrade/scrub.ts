import { z } from "zod";

const Export = z.looseObject({
  deployment: z.looseObject({ resources: z.array(z.record(z.string(), z.unknown())) }),
});

/**
 * A stack export without what says where and when it was made: source positions and stack traces (paths of the machine)
 * and times. None of them takes part in a difference.
 */
export function scrubExport(text: string): string {
  const exported = Export.parse(JSON.parse(text));
  const resources = exported.deployment.resources.map((resource) =>
    Object.fromEntries(
      Object.entries(resource).filter(
        ([name]) => !["sourcePosition", "stackTrace", "created", "modified"].includes(name),
      ),
    ),
  );
  return `${JSON.stringify({ ...exported, deployment: { ...exported.deployment, resources } }, null, 1)}\n`;
}
