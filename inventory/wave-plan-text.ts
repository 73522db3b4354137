import { Document } from "yaml";
import { shown } from "./shown.ts";

/** What a new wave's file says. */
export interface NewWave {
  readonly description?: string;
  readonly target: string;
  /** Keys of its VMs; none has overrides. */
  readonly vms: readonly string[];
  /** Why these VMs: a comment at the file's head, a line each. Names of the source may stand in it. */
  readonly reasons: readonly string[];
}

/** Text of `plan/WAVE.yaml` for a new wave. */
export function wavePlanText({ description, target, vms, reasons }: NewWave): string {
  const document = new Document({
    version: 1,
    ...(description === undefined ? {} : { description: shown(description, 200) }),
    target,
    vms: Object.fromEntries([...vms].sort().map((key) => [key, null])),
  });
  const schema = "yaml-language-server: $schema=../schema/json/plan-wave.schema.json";
  document.commentBefore = [schema, ...reasons].map((line) => ` ${shown(line, 400)}`).join("\n");
  return document.toString({ nullStr: "", lineWidth: 0 });
}
