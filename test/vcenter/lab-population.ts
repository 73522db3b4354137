import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { Population } from "../../lab/vcenter/population.ts";

/** What the lab's vCenter holds: lab/vcenter/estate.yaml. */
export async function labPopulation(): Promise<Population> {
  const text = await readFile(new URL("../../lab/vcenter/estate.yaml", import.meta.url), "utf8");
  return Population.parse(parse(text));
}
