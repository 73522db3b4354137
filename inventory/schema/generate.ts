import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { toSortedJson } from "../json.ts";
import { EstateVm } from "./estate.ts";
import { ManualFile, ManualVm } from "./manual.ts";
import { Plan, WavePlan } from "./plan.ts";
import { SourceFacts } from "./source.ts";
import { WaveFile } from "./wave.ts";

/**
 * JSON Schemas of the files, for editors (they complete and check the YAML). Run this file to write them to
 * `inventory/schema/json/`; a test sees that they are current.
 */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    "estate-vm.schema.json": text(EstateVm, "Wavelift: facts of one VM"),
    "source.schema.json": text(SourceFacts, "Wavelift: facts of a source"),
    "manual.schema.json": text(ManualFile.extend({ vms: z.array(ManualVm) }), "Wavelift: VMs written by hand"),
    "plan.schema.json": text(Plan, "Wavelift: the plan"),
    "plan-wave.schema.json": text(WavePlan, "Wavelift: one wave of the plan"),
    "wave.schema.json": text(WaveFile, "Wavelift: a wave, as planned"),
  };
}

/** The input side: what people write, before defaults are filled in and MAC addresses lowered. */
function text(schema: z.ZodType, title: string): string {
  return toSortedJson(z.toJSONSchema(schema.meta({ title }), { io: "input" }));
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, json] of Object.entries(jsonSchemas())) {
    await writeFile(new URL(`./json/${name}`, import.meta.url), json);
  }
}
