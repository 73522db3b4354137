import { toSortedJson } from "../../inventory/json.ts";
import { shown } from "../../inventory/shown.ts";
import { checkWaves, type WaveFinding } from "../../planning/waves/check.ts";
import { exitCodes, UserError } from "../failure.ts";
import { bysOf, limitsOf, type LimitOptions } from "./limit-options.ts";
import { readWaves } from "./inputs.ts";
import { shownDuration } from "./shown-figures.ts";

export interface CheckOptions extends LimitOptions {
  readonly json: boolean;
  readonly inventory?: string;
}

/** `wavelift waves check [WAVE]`: says what would be better. It ends with 2 when that is more than a suggestion. */
export async function checkCommand(wave: string | undefined, options: CheckOptions): Promise<number> {
  const by = bysOf(options.by);
  const { plan, estate, archived } = await readWaves(options.inventory);
  if (wave !== undefined && !Object.hasOwn(plan.waves, wave))
    throw new UserError(`No wave ${shown(wave)}: the plan's waves are ${Object.keys(plan.waves).sort().join(", ")}.`);
  const findings = checkWaves({
    plan,
    estate,
    archived: new Set([...archived.values()].flatMap(({ vms }) => Object.keys(vms))),
    by,
    limits: limitsOf(options),
  }).filter(({ waves }) => wave === undefined || waves.includes(wave));
  if (options.json) process.stdout.write(toSortedJson({ findings }));
  else for (const line of lines(findings)) process.stdout.write(`${line}\n`);
  return findings.some(({ category }) => category !== "Information") ? exitCodes.stopped : exitCodes.done;
}

function lines(findings: readonly WaveFinding[]): string[] {
  if (findings.length === 0) return ["Nothing would be better."];
  const won = findings.reduce((sum, { secondsWon }) => sum + (secondsWon ?? 0), 0);
  return [
    ...findings.map(
      ({ category, id, waves, text }) =>
        `${category} ${id}${waves.length === 0 ? "" : ` (${waves.join(", ")})`}: ${text}`,
    ),
    `${findings.length} finding(s)${won > 0 ? `; swaps together: about ${shownDuration(won)}` : ""}.`,
  ];
}
