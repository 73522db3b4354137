import { fileURLToPath } from "node:url";
import { execa } from "execa";
import type { CloudOffer } from "../cloud/offer.ts";
import { type PoolSpace, PoolSpaces } from "../planning/pool-space.ts";

/** Time for a login on another machine, sending the program there, and the monitors' answers. */
const TIMEOUT_MS = 30_000;
const project = fileURLToPath(new URL("..", import.meta.url));

/** How the question to the conversion host ended. */
export interface Asked {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Space of the pools of those targets whose Cinder does not show it, as the conversion host sees it: one question for all.
 * Nobody is asked where Cinder tells. It never throws: what is not known is a concern.
 */
export async function readPoolSpaces(
  offers: ReadonlyMap<string, CloudOffer>,
  ask: () => Promise<Asked> = askConversionHost,
): Promise<PoolSpaces> {
  const targets = [...offers].filter(([, { storagePools }]) => storagePools === null).map(([target]) => target);
  if (targets.length === 0) return {};
  const answer = spacesOf(await ask());
  return Object.fromEntries(
    targets.map((target): [string, PoolSpace] => {
      if (typeof answer === "string") return [target, { fault: answer }];
      return [target, answer.get(target) ?? { fault: `runners.yaml names no storage of target ${target}` }];
    }),
  );
}

/** By target; or why there is no answer, in one line. */
function spacesOf({ exitCode, stdout, stderr }: Asked): ReadonlyMap<string, PoolSpace> | string {
  if (exitCode !== 0) {
    const lines = stderr.split("\n").map((line) => line.trim());
    const said = lines.find((line) => line.startsWith("error: ")) ?? lines.findLast((line) => line !== "");
    return (said ?? `asked in vain (${exitCode ?? "no answer in time"})`).replace(/^error: /, "").slice(0, 300);
  }
  try {
    return new Map(Object.entries(PoolSpaces.parse(JSON.parse(stdout))));
  } catch {
    return "it gave an answer of another shape";
  }
}

/** By the launcher, as a stage of Pulumi does: it works with any runner. */
async function askConversionHost(): Promise<Asked> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, ["bin/convert.mjs", "space"], {
    cwd: project,
    reject: false,
    timeout: TIMEOUT_MS,
    maxBuffer: 2 ** 20,
    stdin: "ignore",
  });
  return { exitCode, stdout, stderr };
}
