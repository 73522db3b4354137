import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { z } from "zod";

/** The engine's events, one JSON object a line, as `pulumi --event-log FILE` writes them (3.250, apitype/events.go). */
const Step = z.object({
  metadata: z.object({ op: z.string(), urn: z.string() }),
  /** True in a preview, where nothing is done. */
  planning: z.boolean().default(false),
});
const Diagnostic = z.object({
  urn: z.string().default(""),
  message: z.string(),
  severity: z.string(),
  ephemeral: z.boolean().default(false),
});
const PolicyViolation = z.object({
  resourceUrn: z.string().default(""),
  message: z.string(),
  policyName: z.string(),
  enforcementLevel: z.string(),
});
const Summary = z.object({ isPreview: z.boolean().default(false) });
const Line = z.union([
  z.object({ resourcePreEvent: Step }).transform(({ resourcePreEvent: step }) => stepOf("begun", step)),
  z.object({ resOutputsEvent: Step }).transform(({ resOutputsEvent: step }) => stepOf("done", step)),
  z.object({ resOpFailedEvent: Step }).transform(({ resOpFailedEvent: step }) => stepOf("failed", step)),
  z.object({ diagnosticEvent: Diagnostic }).transform(({ diagnosticEvent: found }) => errorOf(found)),
  z.object({ policyEvent: PolicyViolation }).transform(({ policyEvent: found }) => violationOf(found)),
  z.object({ summaryEvent: Summary }).transform(({ summaryEvent: { isPreview } }) => endOf(isPreview)),
]);

/** What matters of an event: a step on a resource, an error's text, or that the run (or its preview) came to its end. */
export type RunEvent =
  | { readonly kind: "begun" | "done" | "failed"; readonly op: string; readonly urn: string }
  | { readonly kind: "error" | "violation"; readonly urn: string; readonly message: string }
  | { readonly kind: "end" | "previewed" };

function stepOf(kind: "begun" | "done" | "failed", { metadata, planning }: z.infer<typeof Step>): RunEvent | null {
  return planning ? null : { kind, ...metadata };
}

const endOf = (isPreview: boolean): RunEvent => ({ kind: isPreview ? "previewed" : "end" });

/** Live lines of a Command are ephemeral diagnostics; what stays is the error itself. */
function errorOf({ urn, message, severity, ephemeral }: z.infer<typeof Diagnostic>): RunEvent | null {
  return severity === "error" && !ephemeral ? { kind: "error", urn, message } : null;
}

function violationOf({ resourceUrn, message, enforcementLevel }: z.infer<typeof PolicyViolation>): RunEvent | null {
  return enforcementLevel === "mandatory" ? { kind: "violation", urn: resourceUrn, message } : null;
}

/** Most lines are debug messages of the SDK: not worth parsing. */
const RELEVANT = /"(?:resourcePreEvent|resOutputsEvent|resOpFailedEvent|policyEvent|summaryEvent)"|"severity":"error"/;

/** The event of a line; null where it says nothing of the outcome, or was cut off because the engine was killed. */
export function readEvent(line: string): RunEvent | null {
  if (!RELEVANT.test(line)) return null;
  try {
    return Line.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}

/** Reads an event log line by line: that of a night's run is large. A log that is not there holds no event. */
export async function readEventLog(file: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  const stream = createReadStream(file, "utf8");
  try {
    for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
      const event = readEvent(line);
      if (event !== null) events.push(event);
    }
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
  return events;
}
